using System.Security.Cryptography;
using EdgeCache.Testing;
using EdgeCache.Transport.Output;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace EdgeCache.Tests.Transport.Output;

/// <summary>Clients that are slow, stall, leave or are many, and a server that stops meanwhile.</summary>
public abstract class DirectOutputFailureTests(ServerTransport transport, bool isTls) : IDisposable
{
    private const int LargeBytes = 24_000_000;

    private static readonly TimeSpan StallTimeout = TimeSpan.FromSeconds(30);

    private readonly SampleFile _file = new(LargeBytes);
    private readonly TaskCompletionSource<FileSendResult> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Theory]
    [InlineData(1, 300_000)]
    [InlineData(97, 2_000_000)]
    public async Task TinyWindow_BodyIsExact(int pieceBytes, int lengthBytes)
    {
        await using var server = await StartAsync(context => SendAsync(context, lengthBytes));
        using var client = await SlowClient.GetAsync(server.Uri);
        await client.ReadHeadAsync();
        var body = await client.ReadAsync(lengthBytes, pieceBytes);
        Assert.True(body.AsSpan().SequenceEqual(_file.Bytes.AsSpan(0, lengthBytes)));
        Assert.Equal(new FileSendResult(FileSendOutcome.Sent, lengthBytes), await _result.Task);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ClientLeavesInTheMiddle_SendEndsAndNothingIsHeld(bool reset)
    {
        await using var server = await StartAsync(context => SendAsync(context, LargeBytes));
        using var client = await SlowClient.GetAsync(server.Uri);
        await client.ReadAsync(100_000);
        Assert.False(_result.Task.IsCompleted);
        if (reset)
        {
            client.Reset();
        }
        else
        {
            client.Dispose();
        }

        Assert.Equal(FileSendOutcome.Aborted, (await _result.Task).Outcome);
        await Eventually.TrueAsync(() => server.OpenConnections == 0);
        Assert.Equal(1, _file.CountOpenDescriptors());
    }

    [Fact]
    public async Task RequestAborted_InTheMiddle_SendEnds()
    {
        await using var server = await StartAsync(async context =>
        {
            var sending = context.Response.SendFileRangeAsync(_file.Handle, 0, LargeBytes);
            context.Abort();
            _result.SetResult(await sending);
        });
        using var client = await SlowClient.GetAsync(server.Uri);
        Assert.Equal(FileSendOutcome.Aborted, (await _result.Task).Outcome);
        Assert.True((await client.ReadAsync(LargeBytes)).Length < LargeBytes);
        await Eventually.TrueAsync(() => server.OpenConnections == 0);
    }

    [Fact]
    public async Task CallersToken_InTheMiddle_AbortsTheRequest()
    {
        using var source = new CancellationTokenSource();
        await using var server = await StartAsync(async context =>
        {
            var sending = context.Response.SendFileRangeAsync(_file.Handle, 0, LargeBytes, source.Token);
            await source.CancelAsync();
            _result.SetResult(await sending);
        });
        using var client = await SlowClient.GetAsync(server.Uri);
        Assert.Equal(FileSendOutcome.Aborted, (await _result.Task).Outcome);
        Assert.True((await client.ReadAsync(LargeBytes)).Length < LargeBytes);
    }

    [Fact]
    public async Task CallersToken_BeforeTheSend_AbortsTheRequest()
    {
        await using var server = await StartAsync(async context =>
            _result.SetResult(await context.Response.SendFileRangeAsync(_file.Handle, 0, LargeBytes, new CancellationToken(canceled: true))));
        using var client = await SlowClient.GetAsync(server.Uri);
        Assert.Equal(new FileSendResult(FileSendOutcome.Aborted, 0), await _result.Task);
        Assert.Empty(await client.ReadAsync(LargeBytes));
    }

    [Fact]
    public async Task FileTruncatedInTheMiddle_AbortsTheConnection()
    {
        await using var server = await StartAsync(context => SendAsync(context, LargeBytes));
        using var client = await SlowClient.GetAsync(server.Uri);
        await client.ReadHeadAsync();
        var first = await client.ReadAsync(100_000);
        using (var file = File.OpenHandle(_file.Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
        {
            RandomAccess.SetLength(file, 20_000_000);
        }

        var rest = await client.ReadAsync(LargeBytes);
        byte[] all = [.. first, .. rest];
        Assert.True(all.Length <= 20_000_000);
        Assert.True(all.AsSpan().SequenceEqual(_file.Bytes.AsSpan(0, all.Length)));
        Assert.Equal(new FileSendResult(FileSendOutcome.FileTooShort, 20_000_000), await _result.Task);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ClientTakesNothing_IsAbortedAtTheStallLimit(bool file)
    {
        var clock = new FakeTimeProvider();
        await using var server = await StartAsync(
            context => file ? SendAsync(context, LargeBytes) : WriteAsync(context), new DirectOutputOptions { StallTimeout = StallTimeout, Clock = clock });
        using var client = await SlowClient.GetAsync(server.Uri);
        await client.ReadHeadAsync();

        // Bytes that still move between the kernels are progress; then there is none.
        await Eventually.TrueAsync(() =>
        {
            clock.Advance(StallTimeout / 4);
            return _result.Task.IsCompleted;
        });
        Assert.Equal(file ? FileSendOutcome.Stalled : FileSendOutcome.Aborted, (await _result.Task).Outcome);
        await Eventually.TrueAsync(() => server.OpenConnections == 0);
        Assert.Equal(0, clock.ActiveTimers);
        Assert.True((await client.ReadAsync(LargeBytes)).Length < LargeBytes);
    }

    [Fact]
    public async Task ClientTakesALittleWithinTheLimit_IsServed()
    {
        var clock = new FakeTimeProvider();
        await using var server = await StartAsync(
            context => SendAsync(context, LargeBytes), new DirectOutputOptions { StallTimeout = StallTimeout, Clock = clock });
        using var client = await SlowClient.GetAsync(server.Uri);
        await client.ReadHeadAsync();
        var body = new List<byte>();
        for (var round = 0; round < 12; round++)
        {
            // More than both kernels' windows hold for the client: some of it was acknowledged since the last round.
            body.AddRange(await client.ReadAsync(200_000));
            clock.Advance(StallTimeout / 2);
            Assert.False(_result.Task.IsCompleted);
        }

        body.AddRange(await client.ReadAsync(LargeBytes - body.Count));
        Assert.True(_file.Bytes.AsSpan().SequenceEqual(body.ToArray()));
        Assert.Equal(FileSendOutcome.Sent, (await _result.Task).Outcome);
    }

    [Fact]
    public async Task ServerStops_DuringASend_TheResponseIsWhole()
    {
        await using var server = await StartAsync(context => SendAsync(context, LargeBytes));
        using var client = await SlowClient.GetAsync(server.Uri);
        await client.ReadHeadAsync();
        var first = await client.ReadAsync(1000);
        var stopping = server.StopAsync();
        Assert.False(stopping.IsCompleted);
        byte[] body = [.. first, .. await client.ReadAsync(LargeBytes)];
        Assert.True(_file.Bytes.AsSpan().SequenceEqual(body));
        await stopping;
        Assert.Equal(FileSendOutcome.Sent, (await _result.Task).Outcome);
    }

    [Fact]
    public async Task ServerStopsWithoutPatience_DuringASend_TheConnectionIsAborted()
    {
        await using var server = await StartAsync(context => SendAsync(context, LargeBytes));
        using var client = await SlowClient.GetAsync(server.Uri);
        await client.ReadHeadAsync();
        await server.StopAsync(new CancellationToken(canceled: true));
        Assert.Equal(FileSendOutcome.Aborted, (await _result.Task).Outcome);
        Assert.True((await client.ReadAsync(LargeBytes)).Length < LargeBytes);
    }

    [Fact]
    public async Task ManyLargeDownloadsAtOnce_AreExact()
    {
        await using var server = await StartAsync(
            async context => Assert.Equal(FileSendOutcome.Sent, (await context.Response.SendFileRangeAsync(_file.Handle, 0, LargeBytes)).Outcome));
        using var client = DirectServer.CreateClient();
        var expected = SHA256.HashData(_file.Bytes);
        await Parallel.ForAsync(0, 64, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (_, token) =>
        {
            await using var body = await client.GetStreamAsync(server.Uri, token);
            Assert.Equal(expected, await SHA256.HashDataAsync(body, token));
        });
        Assert.Equal(64, server.DirectRequests);
    }

    public void Dispose()
    {
        _file.Dispose();
        GC.SuppressFinalize(this);
    }

    private Task<DirectServer> StartAsync(RequestDelegate handler, DirectOutputOptions? options = null) => DirectServer.StartAsync(transport, handler, isTls, options);

    private async Task SendAsync(HttpContext context, int lengthBytes) =>
        _result.SetResult(await context.Response.SendFileRangeAsync(_file.Handle, 0, lengthBytes));

    private async Task WriteAsync(HttpContext context)
    {
        // One byte more than is written: Kestrel no longer says that a request was aborted once its body is complete.
        context.Response.ContentLength = LargeBytes + 1;
        await context.Response.Body.WriteAsync(_file.Bytes);
        await context.RequestAborted.WaitAsync();
        _result.SetResult(new FileSendResult(FileSendOutcome.Aborted, 0));
    }

    public sealed class OnSockets() : DirectOutputFailureTests(ServerTransport.Sockets, isTls: false);

    public sealed class OnSocketsOverTls() : DirectOutputFailureTests(ServerTransport.Sockets, isTls: true);

    public sealed class OnEpoll() : DirectOutputFailureTests(ServerTransport.Epoll, isTls: false);

    public sealed class OnEpollOverTls() : DirectOutputFailureTests(ServerTransport.Epoll, isTls: true);
}
