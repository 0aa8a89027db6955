namespace EdgeCache.Testing.RealPrograms;

/// <summary>Three <see cref="RedisServer"/>s that are one Redis Cluster without replicas, each with a third of the slots. Owned by the test that starts it.</summary>
public sealed class RedisCluster : IAsyncDisposable
{
    public const string ControlProgram = "redis-cli";

    private const int Nodes = 3;

    private readonly List<RedisServer> _nodes = [];

    private RedisCluster()
    {
    }

    public IReadOnlyList<RedisServer> Servers => _nodes;

    /// <summary>In the form of StackExchange.Redis.</summary>
    public string Configuration => $"{string.Join(',', _nodes.Select(node => node.Address))},password={RedisServer.Password}";

    public static async Task<RedisCluster> StartAsync()
    {
        var cluster = new RedisCluster();
        try
        {
            for (var index = 0; index < Nodes; index++)
            {
                cluster._nodes.Add(await RedisServer.StartAsync(RedisServerMode.ClusterNode));
            }

            (await ControlAsync(["--cluster", "create", .. cluster._nodes.Select(node => node.Address), "--cluster-replicas", "0", "--cluster-yes"])).EnsureSuccess();
            foreach (var node in cluster._nodes)
            {
                await Eventually.TrueAsync(() => IsWholeAsync(node));
            }

            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }
    }

    private static async Task<bool> IsWholeAsync(RedisServer node)
    {
        var address = node.Address.Split(':');
        return (await ControlAsync(["-h", address[0], "-p", address[1], "CLUSTER", "INFO"])).Output.Contains("cluster_state:ok", StringComparison.Ordinal);
    }

    private static Task<RealProcessResult> ControlAsync(IEnumerable<string> arguments) =>
        RealProcess.RunAsync(ControlProgram, arguments, new Dictionary<string, string?> { ["REDISCLI_AUTH"] = RedisServer.Password });
}
