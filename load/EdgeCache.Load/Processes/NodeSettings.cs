using EdgeCache.Testing;

namespace EdgeCache.Load.Processes;

/// <summary>Which node is measured.</summary>
/// <param name="Assembly">Its <c>edgecache.dll</c>.</param>
/// <param name="HasAccessLog">Whether it writes its access log (to a pipe that the driver drains).</param>
/// <param name="Folder">Where the folder of its cache is made.</param>
internal sealed record NodeSettings(string Assembly, bool HasAccessLog, string Folder)
{
    /// <summary>What comes before <c>dotnet</c> on the command line, such as taskset with its arguments.</summary>
    public IReadOnlyList<string> Launcher { get; init; } = [];

    /// <summary>How much the cache may hold, as on the node's command line.</summary>
    public string CacheLimit { get; init; } = "64GiB";

    /// <summary>Where it listens: by default at a free port.</summary>
    public Uri Listen { get; init; } = new("http://127.0.0.1:0");

    /// <summary>The certificate of a second, https listener; null is none.</summary>
    public TestServerCertificate? Certificate { get; init; }

    /// <summary>Further options, as environment variables.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
}
