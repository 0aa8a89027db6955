using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using EdgeCache.Core.Oci;
using EdgeCache.Demo;
using EdgeCache.Testing.Origin;
using Xunit;

namespace EdgeCache.Tests.Testing;

public sealed class OriginPagesTests : IAsyncLifetime
{
    private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false });
    private readonly SampleLayer _layer = SampleLayer.Opaque(7, 1_000_000);
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
    public async Task OnlyManifestsOfTheAcceptedTypes_WhereTheOriginNegotiates()
    {
        var multiArch = SampleImages.CreateMultiArch("library/hello", 2);
        _origin.Content.Add(multiArch);
        _origin.Behaviour.NegotiatesAccept = true;

        var statuses = new List<(HttpStatusCode, string?)>();
        foreach (var accept in new[] { MediaTypes.OciIndex, MediaTypes.OciManifest, MediaTypes.DockerManifest })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_origin.Url, "/v2/library/hello/manifests/latest"));
            request.Headers.Accept.ParseAdd(accept);
            using var response = await _client.SendAsync(request);
            statuses.Add((response.StatusCode, response.Headers.TryGetValues("Docker-Content-Digest", out var digests) ? digests.Single() : null));
        }

        Assert.Equal(
            [
                (HttpStatusCode.OK, multiArch.Tags["latest"].ToString()),
                (HttpStatusCode.OK, multiArch.Tags["amd64"].ToString()),
                (HttpStatusCode.NotFound, null),
            ],
            statuses);
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
    public async Task SoundAnswers_LeaveNoFailures()
    {
        using var missing = await _client.GetAsync(new Uri(_origin.Url, "/v2/library/app/blobs/none"));
        using var write = await _client.PostAsync(new Uri(_origin.Url, "/v2/library/app/blobs/uploads/"), null);

        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, write.StatusCode);
        Assert.Empty(_origin.Failures);
    }

    private Uri Blob => new(_origin.Url, $"/v2/library/app/blobs/{_layer.Digest}");

    private Uri Manifest(string reference) => new(_origin.Url, $"/v2/library/app/manifests/{reference}");
}
