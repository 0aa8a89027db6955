using EdgeCache.Load.Cli;
using EdgeCache.Testing;
using Xunit;

namespace EdgeCache.Tests.Load.Simulation;

public sealed class SimulateVerbTests
{
    [Fact]
    public async Task Policies_HaveARateForEachCapacity()
    {
        var (exitCode, output, _) = await RunAsync("--requests 2000 --capacity 1% 10% 1GiB");
        Assert.Equal(ExitCodes.Success, exitCode);
        foreach (var title in new[] { "blobs, hit rate by count", "blobs, hit rate by bytes", "manifests, hit rate by count" })
        {
            Assert.Contains(title, output, StringComparison.Ordinal);
        }

        foreach (var policy in new[] { "edgecache", "LRU", "FIFO", "SIEVE", "S3-FIFO", "MIN" })
        {
            Assert.Equal(3, output.Split($"| {policy} ").Length - 1);
        }
    }

    [Fact]
    public async Task Fleet_IsBesideOneNode()
    {
        var (exitCode, output, _) = await RunAsync("--requests 2000 --unit --nodes 4 --capacity 10%");
        Assert.Equal(ExitCodes.Success, exitCode);
        Assert.Contains("| edgecache, 4 nodes, affinity |", output, StringComparison.Ordinal);
        Assert.Contains("| edgecache, 4 nodes, blind ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Trace_WithSizesOfAFile_AndHowMuchDiskItTakes()
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder.Combine("trace"), string.Concat(Enumerable.Repeat("v2/u/a/blobs/x\nv2/u/a/blobs/y\n", 10)));
        await File.WriteAllTextAsync(folder.Combine("sizes"), "3000000\n");
        var files = $"--trace {folder.Combine("trace")} --sizes {folder.Combine("sizes")}";

        var (exitCode, output, _) = await RunAsync($"{files} --size-for 90%");
        Assert.Equal(ExitCodes.Success, exitCode);
        Assert.Contains("90.0 % by count", output, StringComparison.Ordinal);

        (exitCode, _, var error) = await RunAsync($"{files} --size-for 91%");
        Assert.Equal(ExitCodes.Failure, exitCode);
        Assert.Contains("no disk gives 91.0 %", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--trace /nowhere/trace")]
    [InlineData("--sizes /dev/null")]
    [InlineData("--capacity 0%")]
    [InlineData("--capacity 101%")]
    [InlineData("--size-for 90")]
    [InlineData("--balance somehow")]
    public async Task WrongInput_IsRefused(string line)
    {
        var (exitCode, _, error) = await RunAsync(line);
        Assert.Equal(ExitCodes.WrongCommandLine, exitCode);
        Assert.StartsWith("load: ", error, StringComparison.Ordinal);
    }

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(string line)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var exitCode = await LoadCommandLine.RunAsync(["simulate", .. line.Split(' ')], output, error);
        return (exitCode, output.ToString(), error.ToString());
    }
}
