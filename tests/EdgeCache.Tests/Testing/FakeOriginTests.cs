using System.Net;
using System.Net.Http.Headers;
using EdgeCache.Demo;
using EdgeCache.Testing;
using EdgeCache.Testing.Origin;
using Xunit;

namespace EdgeCache.Tests.Testing;

public sealed class FakeOriginTests : IAsyncLifetime
{
    private const int LargeBytes = 1_000_000;
    private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false });
    private readonly SampleLayer _layer = SampleLayer.Opaque(7, LargeBytes);
    private FakeOrigin _origin = null!;

    public async Task InitializeAsync()
    {
        var builder = new SampleRepositoryBuilder("library/app");
        builder.AddImage([_layer], "latest");
        _origin = await FakeOrigin.StartAsync(builder.Build());
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _origin.DisposeAsync();
    }

    [Fact]
    public async Task StatusFault_AppliesAsOftenAsScripted()
    {
        _origin.Faults.Add(When.AnyBlob, Fault.Status(429, retryAfter: "7"), times: 2, after: 1);

        var statuses = new List<HttpStatusCode>();
        for (var index = 0; index < 4; index++)
        {
            using var response = await _client.GetAsync(Blob);
            statuses.Add(response.StatusCode);
        }

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.TooManyRequests, HttpStatusCode.TooManyRequests, HttpStatusCode.OK], statuses);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(70_000)]
    public async Task CutFault_GivesExactlyThoseBytesAndThenEndsTheConnection(int bytes)
    {
        _origin.Faults.Add(When.AnyBlob, Fault.CutAfter(bytes));

        var (received, error) = await ReadUntilFailureAsync();

        Assert.Equal(_layer.Bytes[..bytes], received);
        Assert.IsAssignableFrom<HttpRequestException>(error);
    }

    [Fact]
    public async Task CutFaultOfChunkedBody_IsNoCompleteBody()
    {
        _origin.Faults.Add(When.AnyBlob, Fault.Chunked with { CutsAfterBytes = 70_000 });

        var (received, error) = await ReadUntilFailureAsync();

        Assert.Equal(70_000, received.Length);
        Assert.NotNull(error);
    }

    [Fact]
    public async Task ResetFault_FailsTheRequest()
    {
        _origin.Faults.Add(When.AnyBlob, Fault.Reset);

        await Assert.ThrowsAsync<HttpRequestException>(() => _client.GetAsync(Blob));
    }

    [Fact]
    public async Task FlippedByte_DiffersInThatByteOnly()
    {
        _origin.Faults.Add(When.AnyBlob, Fault.FlipLastByte);

        var bytes = await _client.GetByteArrayAsync(Blob);

        Assert.Equal(_layer.Bytes[..^1], bytes[..^1]);
        Assert.Equal((byte)~_layer.Bytes[^1], bytes[^1]);
    }

    [Fact]
    public async Task ShortAndLongBodies_LookComplete()
    {
        _origin.Faults.Add(When.AnyBlob, Fault.ShortBody(10));
        _origin.Faults.Add(When.AnyBlob, Fault.LongBody(5));

        Assert.Equal(10, (await _client.GetByteArrayAsync(Blob)).Length);
        Assert.Equal(LargeBytes + 5, (await _client.GetByteArrayAsync(Blob)).Length);
    }

    [Fact]
    public async Task ContentLengthAboveTheTruth_EndsTheConnectionEarly()
    {
        _origin.Faults.Add(When.AnyBlob, Fault.WrongContentLength(LargeBytes + 1));

        var (received, error) = await ReadUntilFailureAsync();

        Assert.Equal(LargeBytes, received.Length);
        Assert.NotNull(error);
    }

    [Fact]
    public async Task ContentLengthBelowTheTruth_IsSentWithAllBytes()
    {
        _origin.Faults.Add(When.AnyBlob, Fault.WrongContentLength(1000));

        Assert.Equal(_layer.Bytes[..1000], await _client.GetByteArrayAsync(Blob));
    }

    [Fact]
    public async Task GzipFault_IsLabelledAndReal()
    {
        _origin.Faults.Add(When.AnyBlob, Fault.Gzip);

        using var response = await _client.GetAsync(Blob);

        Assert.Equal("gzip", response.Content.Headers.ContentEncoding.Single());
        Assert.NotEqual(_layer.Bytes, await response.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task EndlessBody_FlowsUntilTheClientLeaves()
    {
        _origin.Faults.Add(When.AnyBlob, Fault.EndlessBody);

        using (var response = await _client.GetAsync(Blob, HttpCompletionOption.ResponseHeadersRead))
        await using (var body = await response.Content.ReadAsStreamAsync())
        {
            var buffer = new byte[3 * LargeBytes];
            await body.ReadExactlyAsync(buffer);
        }

        var request = _origin.Log.Requests.Single();
        await request.Ended.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.True(request.ClientLeft);
    }

    [Fact]
    public async Task HeldAnswer_SendsWhatLiesBeforeTheOffsetAndWaits()
    {
        var gate = _origin.HoldAt(_layer.Digest, 100_000);

        using var response = await _client.GetAsync(Blob, HttpCompletionOption.ResponseHeadersRead);
        await using var body = await response.Content.ReadAsStreamAsync();
        var first = new byte[100_000];
        await body.ReadExactlyAsync(first);
        await gate.ReachedAsync();
        var next = body.ReadAsync(new byte[1]).AsTask();
        Assert.False(next.IsCompleted);
        gate.Release();

        Assert.Equal(1, await next);
    }

    [Fact]
    public async Task HeldHeaders_WaitForTheRelease()
    {
        var gate = _origin.HoldHeaders(When.AnyManifest);

        var answer = _client.GetAsync(Manifest("latest"));
        await gate.ReachedAsync();
        Assert.False(answer.IsCompleted);
        gate.Release();

        using var response = await answer;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task FlippedByteOfTheContent_IsFlippedInARangeToo()
    {
        _origin.Faults.Add(When.AnyBlob, Fault.FlipByte(500_001));
        using var request = new HttpRequestMessage(HttpMethod.Get, Blob) { Headers = { Range = new RangeHeaderValue(500_000, 500_009) } };

        using var response = await _client.SendAsync(request);

        var expected = _layer.Bytes[500_000..500_010];
        expected[1] = (byte)~expected[1];
        Assert.Equal(expected, await response.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task DelayFault_WaitsOnTheOriginsClock()
    {
        var time = new FakeTimeProvider();
        await using var origin = await FakeOrigin.StartAsync(new FakeOriginOptions { Time = time, BasePath = "/proxy" }, _origin.Content.Repositories);
        origin.Faults.Add(When.AnyManifest, Fault.Delayed(TimeSpan.FromMinutes(5)));

        var answer = _client.GetAsync($"{origin.Url}/v2/library/app/manifests/latest");
        await origin.Log.WaitAsync(When.AnyManifest);
        await Eventually.TrueAsync(() => time.ActiveTimers > 0);

        Assert.False(answer.IsCompleted);
        time.Advance(TimeSpan.FromMinutes(5));
        using var response = await answer;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task StoppedAndStartedAgain_ServesOnTheSamePort()
    {
        await _origin.StopAsync();
        await Assert.ThrowsAsync<HttpRequestException>(() => _client.GetAsync(Blob));
        await _origin.StartAgainAsync();

        Assert.Equal(_layer.Bytes, await _client.GetByteArrayAsync(Blob));
    }

    [Fact]
    public async Task RequestsThatArrive_CompleteTheWait()
    {
        var waiting = _origin.Log.WaitAsync(When.AnyBlob, count: 2);

        await _client.GetByteArrayAsync(Blob);
        Assert.False(waiting.IsCompleted);
        await _client.GetByteArrayAsync(Blob);

        Assert.Equal(_layer.Digest, (await waiting).Digest);
    }

    private Uri Blob => new(_origin.Url, $"/v2/library/app/blobs/{_layer.Digest}");

    private Uri Manifest(string reference) => new(_origin.Url, $"/v2/library/app/manifests/{reference}");

    private async Task<(byte[] Received, Exception? Error)> ReadUntilFailureAsync()
    {
        using var received = new MemoryStream();
        try
        {
            using var response = await _client.GetAsync(Blob, HttpCompletionOption.ResponseHeadersRead);
            await response.Content.CopyToAsync(received);
            return (received.ToArray(), null);
        }
        catch (HttpRequestException error)
        {
            return (received.ToArray(), error);
        }
    }
}
