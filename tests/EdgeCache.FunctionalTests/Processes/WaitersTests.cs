using System.Globalization;
using System.Net.Sockets;
using System.Text;
using EdgeCache.FunctionalTests.Edge;
using EdgeCache.Testing;
using EdgeCache.Testing.Edge;
using EdgeCache.Testing.Origin;
using Xunit;

namespace EdgeCache.FunctionalTests.Processes;

/// <summary>PROMISES, memory ← waiters: very many clients wait for one fill; the first, who began it, goes away.</summary>
public sealed class WaitersTests : EdgeTests, IDisposable
{
    private const int Waiters = 10_000;
    private const int ConnectingAtOnce = 200;
    private const int Size = 20_000;
    private const long MaxBytesEach = 64 * 1024;
    private readonly Sample _sample = Sample.Create("team/app", Size, Sample.SmallBytes);
    private readonly TempFolder _cache = new();

    public void Dispose() => _cache.Dispose();

    [Fact]
    public async Task TenThousandWaiters_TheFirstOneReset_AllOthersAreServed()
    {
        var origin = await StartOriginAsync(_sample.Repository);
        await using var node = await NodeProcess.StartAsync(
            origin, _cache, new Dictionary<string, string?> { ["EDGECACHE__LIMITS__MAXCONNECTIONS"] = "10100", ["EDGECACHE__TELEMETRY__ACCESSLOG"] = "false" });
        (await node.Client.GetAsync(_sample.BlobPath(1))).AssertIs(_sample.Layers[1].Bytes);
        var before = node.ResidentBytes;
        var gate = origin.HoldAt(_sample.BlobDigest(0), Size / 2);

        var first = await AskAsync(node.Pull);
        await gate.ReachedAsync();
        var others = new List<Socket>();
        while (others.Count < Waiters - 1)
        {
            var count = Math.Min(ConnectingAtOnce, Waiters - 1 - others.Count);
            others.AddRange(await Task.WhenAll(Enumerable.Range(0, count).Select(_ => AskAsync(node.Pull))));
        }

        var waiting = 0d;
        try
        {
            await Eventually.TrueAsync(async () => (waiting = await WaitingAsync(node)) >= Waiters);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"{waiting} wait. {node.Output}");
        }

        first.LingerState = new LingerOption(true, 0);
        first.Dispose();
        Assert.InRange(node.ResidentBytes - before, long.MinValue, Waiters * MaxBytesEach);
        gate.Release();

        var bodies = await Task.WhenAll(others.Select(ReadAsync));
        Assert.All(bodies, body => Assert.True(_sample.Layers[0].Bytes.AsSpan().SequenceEqual(body)));
        Assert.Single(origin.Log.Where(When.Blob(_sample.BlobDigest(0))));
        others.ForEach(socket => socket.Dispose());
    }

    private static async Task<double> WaitingAsync(NodeProcess node)
    {
        using var admin = new EdgeClient(node.Admin);
        var text = Encoding.UTF8.GetString((await admin.GetAsync("/metrics")).Body);
        var line = text.Split('\n').FirstOrDefault(line => line.StartsWith("edgecache_fills_readers ", StringComparison.Ordinal)) ?? "0 0";
        return double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);
    }

    private async Task<Socket> AskAsync(Uri node)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(node.Host, node.Port);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"GET {_sample.BlobPath(0)} HTTP/1.1\r\nHost: node\r\nConnection: close\r\n\r\n"));
        return socket;
    }

    /// <summary>The body of a whole answer; empty where it was none.</summary>
    private static async Task<byte[]> ReadAsync(Socket socket)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var answer = new MemoryStream();
        var buffer = new byte[8 * 1024];
        int count;
        while ((count = await socket.ReceiveAsync(buffer, limit.Token)) > 0)
        {
            answer.Write(buffer, 0, count);
        }

        var bytes = answer.ToArray();
        var body = bytes.AsSpan().IndexOf("\r\n\r\n"u8);
        return body > 0 ? bytes[(body + 4)..] : [];
    }
}
