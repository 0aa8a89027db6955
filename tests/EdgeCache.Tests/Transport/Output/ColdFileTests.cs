using EdgeCache.Testing;
using EdgeCache.Transport.Output;
using Xunit;

namespace EdgeCache.Tests.Transport.Output;

/// <summary>Files that are not in memory; on a file system that keeps all in memory the bodies must be exact all the same.</summary>
public sealed class ColdFileTests : IDisposable
{
    private const int LengthBytes = 24_000_000;

    private readonly SampleFile _file = new(LengthBytes);

    [Theory]
    [InlineData(0, 500)]
    [InlineData(10_000_000, 3000)]
    [InlineData(4095, 100_000)]
    [InlineData(1_000_001, 5_000_000)]
    [InlineData(0, LengthBytes)]
    public async Task ColdRange_ArrivesWhole(int offset, int lengthBytes)
    {
        await using var server = await DirectServer.StartAsync(ServerTransport.Epoll, async context =>
        {
            _file.DropFromMemory();
            Assert.Equal(
                new FileSendResult(FileSendOutcome.Sent, lengthBytes), await context.Response.SendFileRangeAsync(_file.Handle, offset, lengthBytes));
        });
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        for (var round = 0; round < 2; round++)
        {
            Assert.True((await client.GetByteArrayAsync(server.Uri)).AsSpan().SequenceEqual(_file.Bytes.AsSpan(offset, lengthBytes)));
        }

        Assert.Equal(2, server.DirectRequests);
    }

    [Fact]
    public async Task ManyColdDownloads_OnOneThread_AreExact()
    {
        await using var server = await DirectServer.StartAsync(
            ServerTransport.Epoll,
            async context =>
            {
                _file.DropFromMemory();
                await context.Response.SendFileRangeAsync(_file.Handle, 0, LengthBytes);
            },
            isTls: false,
            new DirectOutputOptions { MaxDiskThreads = 1 });
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        await Parallel.ForAsync(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (_, token) =>
            Assert.True((await client.GetByteArrayAsync(server.Uri, token)).AsSpan().SequenceEqual(_file.Bytes)));
    }

    [Fact]
    public async Task SlowClient_FileDroppedMeanwhile_GetsTheRest()
    {
        await using var server = await DirectServer.StartAsync(ServerTransport.Epoll, async context => await context.Response.SendFileRangeAsync(_file.Handle, 0, LengthBytes));
        using var client = await SlowClient.GetAsync(server.Uri);
        await client.ReadHeadAsync();
        var body = new List<byte>();
        while (body.Count < LengthBytes)
        {
            _file.DropFromMemory();
            var piece = await client.ReadAsync(Math.Min(1_500_000, LengthBytes - body.Count));
            Assert.NotEmpty(piece);
            body.AddRange(piece);
        }

        Assert.True(_file.Bytes.AsSpan().SequenceEqual(body.ToArray()));
    }

    [Theory]
    [InlineData(2_000_000)]
    [InlineData(1000)]
    public async Task ColdFileShorterThanItsEntry_AbortsTheConnection(int lengthBytes)
    {
        var result = new TaskCompletionSource<FileSendResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await DirectServer.StartAsync(ServerTransport.Epoll, async context =>
        {
            _file.DropFromMemory();
            result.SetResult(await context.Response.SendFileRangeAsync(_file.Handle, LengthBytes - (lengthBytes / 2), lengthBytes));
        });
        await using var client = await RawHttpClient.ConnectAsync(server.Uri);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        Assert.True((await client.ReadToEndAsync()).Length < (lengthBytes / 2) + 300);
        Assert.Equal(new FileSendResult(FileSendOutcome.FileTooShort, lengthBytes / 2), await result.Task);
        await Eventually.TrueAsync(() => server.OpenConnections == 0);
    }

    public void Dispose() => _file.Dispose();
}
