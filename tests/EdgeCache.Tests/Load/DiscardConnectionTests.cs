using System.Diagnostics;
using EdgeCache.Demo;
using EdgeCache.Load.Http;
using EdgeCache.Testing.Origin;
using Xunit;

namespace EdgeCache.Tests.Load;

public class DiscardConnectionTests
{
    private static readonly SampleLayer Layer = SampleLayer.Opaque(seed: 1, sizeBytes: 300_000);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData(0)]
    [InlineData(10_000)]
    public async Task OneConnection_CountsManyAnswersWhole(int sinkBytes)
    {
        await using var origin = await StartAsync();
        using var poller = new Poller();
        var sink = sinkBytes > 0 ? new byte[sinkBytes] : null;
        using var connection = await DiscardConnection.ConnectAsync(origin.Url, sink, CancellationToken.None);
        connection.WatchBy(poller, 7);
        for (var round = 0; round < 3; round++)
        {
            connection.Send(Request(origin));
            Assert.Equal(Layer.Bytes.Length, ReadWhole(poller, connection));
            Assert.True(sink is null || sink.AsSpan().ContainsAnyExcept((byte)0));
            Assert.Equal((200, Layer.Bytes.Length), (connection.Head.Status, connection.Head.BodyBytes));
        }

        Assert.Single(origin.Log.Requests.Select(seen => seen.ConnectionId).Distinct());
    }

    [Fact]
    public async Task NothingThere_IsNoEnd()
    {
        await using var origin = await StartAsync();
        using var connection = await DiscardConnection.ConnectAsync(origin.Url, sink: null, CancellationToken.None);
        Assert.Equal(ReadStep.Nothing, connection.Read(out var bytes));
        Assert.Equal(0, bytes);
    }

    [Fact]
    public async Task CutBody_IsNeverAnEnd()
    {
        await using var origin = await StartAsync();
        origin.Faults.Always(When.AnyBlob, Fault.CutAfter(50_000));
        Assert.Throws<EndOfStreamException>(() => ReadAnswer(origin));
    }

    [Fact]
    public async Task NoContentLength_IsRefused()
    {
        await using var origin = await StartAsync();
        origin.Faults.Always(When.AnyBlob, Fault.Chunked);
        Assert.Throws<InvalidDataException>(() => ReadAnswer(origin));
    }

    [Fact]
    public async Task HeadLongerThanTheBuffer_IsRefused()
    {
        await using var origin = await StartAsync();
        origin.Faults.Always(When.AnyBlob, Fault.WithHeader("X-Long", new string('x', 20_000)));
        Assert.Throws<InvalidDataException>(() => ReadAnswer(origin));
    }

    private static long ReadAnswer(FakeOrigin origin)
    {
        using var poller = new Poller();
        using var connection = DiscardConnection.ConnectAsync(origin.Url, sink: null, CancellationToken.None).GetAwaiter().GetResult();
        connection.WatchBy(poller, 0);
        connection.Send(Request(origin));
        return ReadWhole(poller, connection);
    }

    private static long ReadWhole(Poller poller, DiscardConnection connection)
    {
        var (started, sum) = (Stopwatch.GetTimestamp(), 0L);
        while (Stopwatch.GetElapsedTime(started) < Patience)
        {
            if (poller.Wait(TimeSpan.FromMilliseconds(100)) > 0)
            {
                var step = connection.Read(out var bytes);
                sum += bytes;
                if (step == ReadStep.Whole)
                {
                    return sum;
                }
            }
        }

        throw new TimeoutException();
    }

    private static byte[] Request(FakeOrigin origin) => RegistryConnection.CreateGet(origin.Url, $"/v2/load/blobs/blobs/{Layer.Digest}");

    private static Task<FakeOrigin> StartAsync()
    {
        var builder = new SampleRepositoryBuilder("load/blobs");
        builder.AddImage([Layer], "latest");
        return FakeOrigin.StartAsync(builder.Build());
    }
}
