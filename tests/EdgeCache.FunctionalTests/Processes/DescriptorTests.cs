using System.Net.Sockets;
using System.Text;
using EdgeCache.FunctionalTests.Edge;
using EdgeCache.Testing;
using EdgeCache.Testing.Edge;
using EdgeCache.Testing.RealPrograms;
using Xunit;

namespace EdgeCache.FunctionalTests.Processes;

public sealed class DescriptorTests : EdgeTests, IDisposable
{
    private const int Clients = 2000;
    private readonly Sample _sample = Sample.Create("team/app", Sample.SmallBytes);
    private readonly TempFolder _cache = new();

    public void Dispose() => _cache.Dispose();

    /// <summary>How many of them must be served at least: the node has some 370 connections for them.</summary>
    private const int Served = 256;

    /// <summary>How long the node may need to be itself again (PROMISES: fd limit).</summary>
    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(5);

    /// <summary>1,024 open files and 2,000 clients: nobody gets anything but the blob or a refusal, and when they have gone all is as before.</summary>
    [RealProgramFact("prlimit")]
    public async Task MoreClientsThanOpenFiles_AreTurnedAway_AndTheNodeLives()
    {
        var origin = await StartOriginAsync(_sample.Repository);
        await using var node = await NodeProcess.StartAsync(origin, _cache, openFiles: 1024);
        (await node.Client.GetAsync(_sample.BlobPath(0))).AssertIs(_sample.Layers[0].Bytes);
        var request = Encoding.ASCII.GetBytes($"GET {_sample.BlobPath(0)} HTTP/1.1\r\nHost: node\r\n\r\n");

        var clients = Enumerable.Range(0, Clients).Select(_ => new Socket(SocketType.Stream, ProtocolType.Tcp)).ToList();
        var answers = await Task.WhenAll(clients.Select(client => AskAsync(client, node.Pull, request)));
        Assert.All(answers, answer => Assert.Contains(answer, (string[])["200", "503", string.Empty]));
        Assert.Contains("503", answers);
        Assert.InRange(answers.Count(answer => answer == "200"), Served, Clients);
        clients.ForEach(client => client.Dispose());

        await Eventually.TrueAsync(async () => (await node.Client.GetAsync(_sample.BlobPath(0))).Status == 200).WaitAsync(Recovery);
        node.Signal(15);
        Assert.Equal(0, await node.EndAsync());
    }

    /// <summary>The status; empty where the connection ended without one.</summary>
    private static async Task<string> AskAsync(Socket client, Uri node, byte[] request)
    {
        var head = new byte[12];
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            await client.ConnectAsync(node.Host, node.Port, limit.Token);
            await client.SendAsync(request, limit.Token);
            var count = 0;
            while (count < head.Length && await client.ReceiveAsync(head.AsMemory(count), limit.Token) is > 0 and var received)
            {
                count += received;
            }

            return count == head.Length ? Encoding.ASCII.GetString(head, 9, 3) : string.Empty;
        }
        catch (SocketException)
        {
            return string.Empty;
        }
    }
}
