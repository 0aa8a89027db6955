using System.Reflection;
using BenchmarkDotNet.Attributes;
using EdgeCache.Benchmarks;
using EdgeCache.Tests.Transport.Output;
using Xunit;

namespace EdgeCache.Tests.Benchmarks;

/// <summary>Every benchmark's operation does what it says and keeps below its ceiling. Counts the process's allocations, hence alone.</summary>
[Collection(DirectOutputAllocationTests.Name)]
public sealed class AllocationCeilingTests
{
    private const int MaxRounds = 5;

    public static TheoryData<string> BenchmarkClasses { get; } = [.. Classes.Select(type => type.Name)];

    private static IEnumerable<Type> Classes =>
        typeof(AllocationCeilingAttribute).Assembly.GetTypes().Where(type => CeilingsOf(type).Any());

    [Theory]
    [MemberData(nameof(BenchmarkClasses))]
    public async Task Operations_AllocateNoMoreThanTheirCeilings(string className)
    {
        var type = Classes.Single(type => type.Name == className);
        var benchmarks = Activator.CreateInstance(type)!; // A class has an instance.
        await RunAsync<GlobalSetupAttribute>(benchmarks);
        try
        {
            Assert.All(CeilingsOf(type), method => Check(method.Method.CreateDelegate<Func<bool>>(benchmarks), method.Ceiling));
        }
        finally
        {
            await RunAsync<GlobalCleanupAttribute>(benchmarks);
        }
    }

    /// <summary>Those of several threads call the others' methods.</summary>
    [Fact]
    public void Benchmarks_HaveCeilings() =>
        Assert.All(
            typeof(AllocationCeilingAttribute).Assembly.GetTypes().Where(type => type != typeof(ScalingBenchmarks)).SelectMany(type => type.GetMethods()),
            method => Assert.Equal(
                method.GetCustomAttribute<BenchmarkAttribute>() is null, method.GetCustomAttribute<AllocationCeilingAttribute>() is null));

    /// <summary>The least of some rounds: a node's own work in the background falls into others.</summary>
    private static void Check(Func<bool> operation, AllocationCeilingAttribute ceiling)
    {
        var least = double.MaxValue;
        Assert.True(Repeat(operation, ceiling.Calls));
        for (var round = 0; round < MaxRounds && least > ceiling.Bytes; round++)
        {
            var before = AllocatedBytes(ceiling);
            var succeeded = Repeat(operation, ceiling.Calls);
            least = Math.Min(least, (AllocatedBytes(ceiling) - before) / (double)ceiling.Calls);
            Assert.True(succeeded);
        }

        Assert.True(least <= ceiling.Bytes, $"{operation.Method.Name} allocates {least} bytes a call, and may {ceiling.Bytes}.");
    }

    private static bool Repeat(Func<bool> operation, int calls)
    {
        var succeeded = true;
        for (var call = 0; call < calls; call++)
        {
            succeeded &= operation();
        }

        return succeeded;
    }

    private static long AllocatedBytes(AllocationCeilingAttribute ceiling) =>
        ceiling.IsProcessWide ? GC.GetTotalAllocatedBytes(precise: true) : GC.GetAllocatedBytesForCurrentThread();

    private static IEnumerable<(MethodInfo Method, AllocationCeilingAttribute Ceiling)> CeilingsOf(Type type) =>
        from method in type.GetMethods()
        let ceiling = method.GetCustomAttribute<AllocationCeilingAttribute>()
        where ceiling is not null
        select (method, ceiling);

    private static Task RunAsync<TAttribute>(object benchmarks)
        where TAttribute : Attribute
    {
        var method = benchmarks.GetType().GetMethods().SingleOrDefault(method => method.GetCustomAttribute<TAttribute>() is not null);
        return method?.Invoke(benchmarks, null) as Task ?? Task.CompletedTask;
    }
}
