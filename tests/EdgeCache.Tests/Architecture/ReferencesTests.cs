using Xunit;

namespace EdgeCache.Tests.Architecture;

public sealed class ReferencesTests : IDisposable
{
    private static readonly string[] FileTypes =
    [
        "System.IO.File", "System.IO.FileInfo", "System.IO.FileStream", "System.IO.RandomAccess", "System.IO.Directory", "System.IO.DirectoryInfo",
        "System.IO.FileSystemInfo", "System.IO.FileSystemWatcher", "System.IO.Enumeration.", "System.IO.MemoryMappedFiles.",
    ];

    private static readonly string[] HttpClientTypes =
    [
        "System.Net.Http.HttpClient", "System.Net.Http.HttpMessageInvoker", "System.Net.Http.HttpClientHandler", "System.Net.Http.SocketsHttpHandler",
        "System.Net.Http.IHttpClientFactory", "System.Net.WebClient", "System.Net.WebRequest",
    ];

    private readonly CompiledAssembly _core = new("EdgeCache.Core.dll");
    private readonly CompiledAssembly _node = new("edgecache.dll");
    private readonly CompiledAssembly _transport = new("EdgeCache.Transport.dll");

    [Fact]
    public void Rooms_KnowOnlyWhatTheMapAllows()
    {
        var wrong = new List<string>();
        foreach (var (from, to) in _core.References().Union(_node.References()).Union(_transport.References()))
        {
            if (RoomOf(from) is { } room && RoomOf(to) is { } other && !room.Allows(other, to))
            {
                wrong.Add($"{from} knows {to}");
            }
        }

        Offenders.AssertNone(wrong);
    }

    [Fact]
    public void Faster_IsKnownToIndexOnly() => AssertKnownOnlyTo(["FASTER."], ["EdgeCache.Core.Index"], _core, _node, _transport);

    [Fact]
    public void Files_AreKnownToBlobsAndIndexWithinCore() => AssertKnownOnlyTo(FileTypes, ["EdgeCache.Core.Blobs", "EdgeCache.Core.Index"], _core);

    [Fact]
    public void HttpClient_IsKnownToOriginAndTheFleetAndWhoAsksTheNodeItself() => AssertKnownOnlyTo(
        HttpClientTypes,
        ["EdgeCache.Origin", "EdgeCache.Fleet", "EdgeCache.Siblings", "EdgeCache.Balancing", "EdgeCache.Admin", "EdgeCache.Demo", "EdgeCache.Cli"],
        _core, _node, _transport);

    [Fact]
    public void FrameworkConfiguration_IsKnownToConfigurationOnly() =>
        AssertKnownOnlyTo(["Microsoft.Extensions.Configuration."], ["EdgeCache.Configuration"], _core, _node, _transport);

    [Fact]
    public void Redis_IsKnownToSharedStateOnly() => AssertKnownOnlyTo(["StackExchange.Redis."], ["EdgeCache.SharedState"], _core, _node, _transport);

    [Fact]
    public void Polly_IsKnownToOriginOnly() => AssertKnownOnlyTo(["Polly."], ["EdgeCache.Origin"], _core, _node, _transport);

    [Fact]
    public void Core_ReferencesNoServerAndNoClient()
    {
        string[] banned = ["Microsoft.AspNetCore", "System.Net.Http", "Yarp.", "StackExchange.Redis", "Microsoft.Extensions.Configuration", "OpenTelemetry"];
        Assert.All(
            _core.ReferencedAssemblies,
            name => Assert.DoesNotContain(banned, prefix => name.StartsWith(prefix, StringComparison.Ordinal)));
    }

    [Fact]
    public void Transport_ReferencesTheSharedFrameworkOnly() =>
        Assert.All(
            _transport.ReferencedAssemblies,
            name => Assert.True(name.StartsWith("System.", StringComparison.Ordinal) || name.StartsWith("Microsoft.", StringComparison.Ordinal), name));

    /// <summary>The reader sees what it is meant to see: a reference that exists only within a method's body.</summary>
    [Fact]
    public void References_IncludeBodies() =>
        Assert.Contains(("EdgeCache.Core.Oci.Digest", "System.Security.Cryptography.SHA256"), _core.References());

    public void Dispose()
    {
        _core.Dispose();
        _node.Dispose();
        _transport.Dispose();
    }

    private static Room? RoomOf(string typeName)
    {
        var dot = typeName.LastIndexOf('.');
        return dot < 0 ? null : Room.All.FirstOrDefault(room => room.Namespace == typeName[..dot]);
    }

    /// <param name="types">Full names, or namespaces with a dot at the end.</param>
    private static void AssertKnownOnlyTo(string[] types, string[] spaces, params CompiledAssembly[] assemblies)
    {
        var wrong = assemblies.SelectMany(assembly => assembly.References())
            .Where(pair => types.Any(type => type.EndsWith('.') ? pair.To.StartsWith(type, StringComparison.Ordinal) : pair.To == type))
            .Where(pair => !spaces.Any(space => pair.From.StartsWith(space + ".", StringComparison.Ordinal)))
            .Select(pair => $"{pair.From} knows {pair.To}");
        Offenders.AssertNone(wrong);
    }
}
