using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using EdgeCache.Core.Oci;
using EdgeCache.Demo;
using EdgeCache.Testing.Origin;
using Xunit;

namespace EdgeCache.Tests.Testing;

public sealed class FakeOriginTests : IAsyncLifetime
{
    private const int LargeBytes = 1_000_000;
    private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false });
    private readonly SampleLayer _layer = SampleLayer.Opaque(7, LargeBytes);
    private SampleImage _image = null!;
    private FakeOrigin _origin = null!;

    public async Task InitializeAsync()
    {
        var builder = new SampleRepositoryBuilder("library/app");
        _image = builder.AddImage([_layer], "latest");
        _origin = await FakeOrigin.StartAsync(builder.Build(), SampleImages.CreateArtifact("tools/report", 3));
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _origin.DisposeAsync();
    }

    [Fact]
    public async Task ManifestByTag_HasBytesTypeDigestAndLength()
    {
        using var response = await _client.GetAsync(Manifest("latest"));

        Assert.Equal(_image.Bytes, await response.Content.ReadAsByteArrayAsync());
        Assert.Equal(MediaTypes.OciManifest, response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(_image.Digest.ToString(), response.Headers.GetValues("Docker-Content-Digest").Single());
        Assert.Equal(1, _origin.Log.Count(When.Tag("library/app", "latest")));
    }

    [Fact]
    public async Task BlobWithRange_GivesThePart()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Blob) { Headers = { Range = new RangeHeaderValue(900_000, null) } };
        using var response = await _client.SendAsync(request);

        Assert.Equal(HttpStatusCode.PartialContent, response.StatusCode);
        Assert.Equal(_layer.Bytes[900_000..], await response.Content.ReadAsByteArrayAsync());
        Assert.Equal("bytes=900000-", _origin.Log.Requests.Single().Range);
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
    public async Task BlobsRedirectedToStorage_ComeFromTheSecondListener()
    {
        _origin.Behaviour.RedirectsBlobsToStorage = true;

        using var redirect = await _client.GetAsync(Blob);
        using var request = new HttpRequestMessage(HttpMethod.Get, redirect.Headers.Location);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "leaked");
        using var response = await _client.SendAsync(request);

        Assert.Equal(HttpStatusCode.TemporaryRedirect, redirect.StatusCode);
        Assert.Equal(_layer.Bytes, await response.Content.ReadAsByteArrayAsync());
        Assert.Equal("Bearer leaked", _origin.Log.Where(When.Storage).Single().Authorization);
    }

    [Fact]
    public async Task ReferrersAreListed_OrNotFoundWhereThereIsNoApi()
    {
        var subject = _origin.Content.FindManifest("tools/report", "v1")!.Value.Digest;
        var url = new Uri(_origin.Url, $"/v2/tools/report/referrers/{subject}");

        using var index = JsonDocument.Parse(await _client.GetByteArrayAsync(url));
        _origin.Behaviour.ServesReferrers = false;
        using var missing = await _client.GetAsync(url);

        Assert.Equal(2, index.RootElement.GetProperty("manifests").GetArrayLength());
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
    }

    [Fact]
    public async Task TagsInPages_LinkToTheNext()
    {
        foreach (var tag in new[] { "a", "b", "c" })
        {
            _origin.Content.MoveTag("library/app", tag, _image.Digest);
        }

        using var page = await _client.GetAsync(new Uri(_origin.Url, "/v2/library/app/tags/list?n=2&last=a"));

        Assert.Equal("""{"name":"library/app","tags":["b","c"]}""", await page.Content.ReadAsStringAsync());
        Assert.Equal("</v2/library/app/tags/list?last=c&n=2>; rel=\"next\"", page.Headers.GetValues("Link").Single());
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
