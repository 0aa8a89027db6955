using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using EdgeCache.Core.Fill;
using EdgeCache.Core.Oci;
using EdgeCache.Core.Store;
using EdgeCache.Tests.Fill;
using EdgeCache.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace EdgeCache.Tests.Serving;

public sealed class BlobHandlerTests : IAsyncLifetime
{
    private static readonly byte[] Content = RandomNumberGenerator.GetBytes(300_000);
    private static readonly Digest ContentDigest = Digest.Compute(Content);
    private static readonly RepositoryKey A = new("docker.io", RepositoryName.Parse("team/a"));

    private readonly ScriptedOrigin _origin = new();
    private TestNode _node = null!; // Set before the first test runs.

    private CacheStore Store => _node.Node.Services.GetRequiredService<CacheStore>();

    public async Task InitializeAsync() => _node = await TestNode.StartAsync(extra: services => services.AddSingleton<IOrigin>(_origin));

    public async Task DisposeAsync()
    {
        await _node.Node.Services.GetRequiredService<FillTable>().EndAsync();
        Assert.Equal(0, Store.OpenFiles);
        await _node.DisposeAsync();
    }

    [Fact]
    public async Task HeadOfALinkedBlobThatIsNotHere_SaysItsSizeWithoutAskingUpstream()
    {
        Store.Link(A, ContentDigest, ManifestTypes.None, 300_000);

        using var answer = await SendAsync(HttpMethod.Head);

        Assert.Equal((HttpStatusCode.OK, 300_000), (answer.StatusCode, answer.Content.Headers.ContentLength));
        Assert.Equal("EdgeCache; hit", answer.Headers.GetValues("Cache-Status").Single());
        Assert.Empty(_origin.Calls);
    }

    [Theory]
    [InlineData("GET", true)]
    [InlineData("HEAD", true)]
    [InlineData("HEAD", false)]
    public async Task ConditionThatIsMet_IsA304WhateverWayItIsAnswered(string method, bool isStored)
    {
        ScriptWhole();
        if (isStored)
        {
            using var warm = await SendAsync(HttpMethod.Get);
            await warm.Content.ReadAsByteArrayAsync();
        }

        using var answer = await SendAsync(new HttpMethod(method), request => request.Headers.IfNoneMatch.Add(new EntityTagHeaderValue($"\"{ContentDigest}\"")));

        Assert.Equal(HttpStatusCode.NotModified, answer.StatusCode);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task RangeOutsideTheBlob_IsA416WithAnErrorThatNobodyKeeps()
    {
        ScriptWhole();

        using var answer = await SendAsync(HttpMethod.Get, request => request.Headers.Range = new RangeHeaderValue(300_000, null));

        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, answer.StatusCode);
        Assert.Equal("bytes */300000", answer.Content.Headers.ContentRange!.ToString());
        Assert.Contains("\"errors\"", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.True(answer.Headers.CacheControl!.NoStore);
    }

    [Theory]
    [InlineData("GET", null)]
    [InlineData("HEAD", null)]
    [InlineData("GET", "range")]
    [InlineData("GET", "condition")]
    [InlineData("HEAD", "condition")]
    public async Task RepositoryThatDoesNotHoldStoredBytes_IsToldSoByEveryWay(string method, string? with)
    {
        _origin.Blob = (repository, _, _) => ValueTask.FromResult(
            repository == A ? ScriptedOrigin.Found(Content) : new OriginAnswer(OriginOutcome.NotFound));
        using var warm = await SendAsync(HttpMethod.Get);
        await warm.Content.ReadAsByteArrayAsync();
        await _node.Node.Services.GetRequiredService<FillTable>().EndAsync();

        using var answer = await SendAsync(new HttpMethod(method), request =>
        {
            request.RequestUri = new Uri(_node.Pull, $"/v2/docker.io/team/stranger/blobs/{ContentDigest}");
            request.Headers.Range = with == "range" ? new RangeHeaderValue(0, 9) : null;
            request.Headers.TryAddWithoutValidation("If-None-Match", with == "condition" ? $"\"{ContentDigest}\"" : null);
        });

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.False(answer.Headers.Contains("Docker-Content-Digest"));
        Assert.DoesNotContain(Encoding.Latin1.GetString(Content, 0, 10), Encoding.Latin1.GetString(await answer.Content.ReadAsByteArrayAsync()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task FillThatFailsBeforeTheRangeIsReached_IsACleanError()
    {
        var body = new PipedBody();
        _origin.Blob = (_, _, _) => ValueTask.FromResult(ScriptedOrigin.Found(body.Stream, Content.Length));
        var asked = SendAsync(HttpMethod.Get, request => request.Headers.Range = new RangeHeaderValue(250_000, null));
        await body.SendAsync(Content.AsMemory(0, 200_000));
        body.Break();

        using var answer = await asked;

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Contains("\"errors\"", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Null(answer.Content.Headers.ContentRange);
    }

    [Fact]
    public async Task FillThatFailsAfterTheFirstByte_AbortsTheClient()
    {
        var body = new PipedBody();
        _origin.Blob = (_, _, _) => ValueTask.FromResult(ScriptedOrigin.Found(body.Stream, Content.Length));
        var asked = SendAsync(HttpMethod.Get);
        await body.SendAsync(Content.AsMemory(0, 200_000));
        using var answer = await asked;
        body.Break();

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => answer.Content.ReadAsByteArrayAsync());
        Assert.Contains("result=\"error\",status=\"200\"", await MetricsAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task FaultOfOurs_IsAnErrorInTheSpecificationsForm()
    {
        _origin.Blob = (_, _, _) => throw new InvalidOperationException("a bug");

        using var answer = await SendAsync(HttpMethod.Head);

        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Equal("application/json", answer.Content.Headers.ContentType!.MediaType);
    }

    /// <summary>The metrics once a request has ended, which is after its client has seen the end.</summary>
    private async Task<string> MetricsAsync()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            var text = await _node.Client.GetStringAsync(new Uri(_node.Admin, "/metrics"), deadline.Token);
            if (text.Contains("edgecache_requests_total{", StringComparison.Ordinal))
            {
                return text;
            }
        }
    }

    private void ScriptWhole() => _origin.Blob = (_, _, _) => ValueTask.FromResult(ScriptedOrigin.Found(Content));

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, Action<HttpRequestMessage>? change = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(_node.Pull, $"/v2/docker.io/team/a/blobs/{ContentDigest}"));
        change?.Invoke(request);
        return await _node.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }
}
