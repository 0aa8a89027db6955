using System.Diagnostics;
using System.Net.Sockets;
using EdgeCache.Demo;
using EdgeCache.Testing;
using EdgeCache.Testing.Network;
using EdgeCache.Testing.Origin;
using Xunit;

namespace EdgeCache.Tests.Testing;

public sealed class FaultProxyTests : IAsyncLifetime
{
    private readonly SampleLayer _layer = SampleLayer.Opaque(5, 300_000);
    private FakeOrigin _origin = null!;
    private FaultProxy _proxy = null!;

    public async Task InitializeAsync()
    {
        var builder = new SampleRepositoryBuilder("library/app");
        builder.AddImage([_layer], "latest");
        _origin = await FakeOrigin.StartAsync(builder.Build());
        _proxy = FaultProxy.Start(_origin.Url);
    }

    public async Task DisposeAsync()
    {
        await _proxy.DisposeAsync();
        await _origin.DisposeAsync();
    }

    [Fact]
    public async Task Clear_PassesEveryByte()
    {
        using var client = new HttpClient();

        Assert.Equal(_layer.Bytes, await client.GetByteArrayAsync(Blob));
        Assert.True(_proxy.Counters.BytesToClients > _layer.Bytes.Length);
        Assert.Equal(1, _proxy.Counters.Accepted);
    }

    [Fact]
    public async Task Latency_DelaysTheAnswerInBothDirections()
    {
        _proxy.State = new FaultProxyState { Latency = TimeSpan.FromMilliseconds(60), Jitter = TimeSpan.FromMilliseconds(5) };
        using var client = new HttpClient();
        var start = Stopwatch.GetTimestamp();

        Assert.Equal(_layer.Bytes, await client.GetByteArrayAsync(Blob));

        Assert.True(Stopwatch.GetElapsedTime(start) >= TimeSpan.FromMilliseconds(115));
    }

    [Fact]
    public async Task Bandwidth_IsHeld()
    {
        _proxy.State = new FaultProxyState { BytesPerSecond = 1_000_000 };
        using var client = new HttpClient();
        var start = Stopwatch.GetTimestamp();

        Assert.Equal(_layer.Bytes, await client.GetByteArrayAsync(Blob));

        // 300 kB at 1 MB/s, less the 50 ms of credit.
        Assert.True(Stopwatch.GetElapsedTime(start) >= TimeSpan.FromMilliseconds(240));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task CutAfterBytes_EndsTheConnectionThere(bool byReset)
    {
        _proxy.State = new FaultProxyState { CutsAfterBytes = 50_000, CutsByReset = byReset };
        await using var client = await RawHttpClient.ConnectAsync(_proxy.UrlOf(_origin.Url));
        await client.SendAsync($"GET {Blob.PathAndQuery} HTTP/1.1\r\nHost: x\r\n\r\n");

        var received = await client.ReadToEndAsync();

        Assert.True(byReset ? received.Length <= 50_000 : received.Length == 50_000, $"{received.Length} bytes");
        Assert.Equal(1, _proxy.Counters.Cut);
    }

    [Fact]
    public async Task HalfOpen_GivesNoByteAndNoEnd()
    {
        _proxy.State = new FaultProxyState { IsHalfOpen = true };
        await using var client = await RawHttpClient.ConnectAsync(_proxy.UrlOf(_origin.Url), TimeSpan.FromMilliseconds(200));
        await client.SendAsync($"GET {Blob.PathAndQuery} HTTP/1.1\r\nHost: x\r\n\r\n");

        await Assert.ThrowsAsync<TimeoutException>(client.ReadToEndAsync);
        Assert.Empty(_origin.Log.Requests);
    }

    [Fact]
    public async Task Refused_AndThenOpenAgainOnTheSamePort()
    {
        using var client = new HttpClient();
        Assert.Equal(_layer.Bytes, await client.GetByteArrayAsync(Blob));
        _proxy.State = new FaultProxyState { NewConnections = NewConnections.Refuse };
        _proxy.ResetConnections();

        var error = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetByteArrayAsync(Blob));
        _proxy.State = FaultProxyState.Clear;

        Assert.Equal(HttpRequestError.ConnectionError, error.HttpRequestError);
        Assert.Equal(_layer.Bytes, await client.GetByteArrayAsync(Blob));
    }

    [Fact]
    public async Task Ignored_AndThenOpenAgainOnTheSamePort()
    {
        _proxy.State = new FaultProxyState { NewConnections = NewConnections.Ignore };
        using (var socket = new Socket(SocketType.Stream, ProtocolType.Tcp))
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => socket.ConnectAsync(_proxy.Endpoint, patience.Token).AsTask());
        }

        _proxy.State = FaultProxyState.Clear;
        using var client = new HttpClient();

        Assert.Equal(_layer.Bytes, await client.GetByteArrayAsync(Blob));
    }

    [Fact]
    public async Task ResetNewConnections_FailsThem()
    {
        _proxy.State = new FaultProxyState { NewConnections = NewConnections.Reset };
        using var client = new HttpClient();

        var error = await Assert.ThrowsAnyAsync<Exception>(() => client.GetByteArrayAsync(Blob));

        // One that comes as soon as the connection stands, .NET does not wrap.
        Assert.True(error is SocketException or HttpRequestException { InnerException: IOException or SocketException });
    }

    [Fact]
    public async Task ConnectionsAboveTheLimit_AreReset()
    {
        await using var proxy = FaultProxy.Start(_proxy.Endpoint, maxConnections: 1);
        var url = new Uri($"http://{proxy.Endpoint}");
        await using var first = await RawHttpClient.ConnectAsync(url);
        await first.SendAsync("GET /v2/ HTTP/1.1\r\nHost: x\r\n\r\n");
        await first.ReadHeadAsync();
        using var second = new HttpClient();

        await Assert.ThrowsAsync<HttpRequestException>(() => second.GetByteArrayAsync(url));
        Assert.Equal(1, proxy.Counters.OverLimit);
    }

    private Uri Blob => new(_proxy.UrlOf(_origin.Url), $"/v2/library/app/blobs/{_layer.Digest}");
}
