using EdgeCache.Core.Fill;
using EdgeCache.Core.Oci;
using EdgeCache.Origin;
using EdgeCache.Testing;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace EdgeCache.Tests.Origin;

public sealed class OriginClientTests
{
    private static readonly Digest Digest = Digest.Compute("content"u8);

    [Fact]
    public async Task Manifest_ComesWithItsHeaders()
    {
        await using var registry = await FakeUpstream.StartAsync(context =>
        {
            context.Response.ContentType = MediaTypes.OciIndex;
            context.Response.ContentLength = 7;
            context.Response.Headers["Docker-Content-Digest"] = Digest.ToString();
            context.Response.Headers["ratelimit-limit"] = "100;w=21600";
            context.Response.Headers["ratelimit-remaining"] = "76;w=21600";
            return context.Response.WriteAsync("content");
        });
        await using var host = new OriginHost(OriginHost.Upstream(registry.Root));

        await using var answer = await host.Origin.GetManifestAsync(
            OriginHost.Repository, new ManifestQuery(OriginHost.Tag, ManifestTypes.OciIndex | ManifestTypes.OciManifest, Digest, FetchPriority.Interactive), CancellationToken.None);

        Assert.Equal((OriginOutcome.Found, 200, 7L, 0L), (answer.Outcome, answer.StatusCode, answer.ContentLength, answer.Offset));
        Assert.Equal((MediaTypes.OciIndex, Digest), (answer.MediaType, answer.Digest));
        Assert.Equal("content", await ReadAsync(answer));
        var request = Assert.Single(registry.Requests);
        Assert.Equal("/v2/team/app/manifests/v1", request.Target);
        Assert.Equal($"{MediaTypes.OciIndex}, {MediaTypes.OciManifest}", request.Headers["Accept"]);
        Assert.Equal($"\"{Digest}\"", request.Headers["If-None-Match"]);
        Assert.StartsWith("EdgeCache/", request.Headers["User-Agent"]);
        Assert.Equal(["Accept", "Accept-Encoding", "CDN-Loop", "Host", "If-None-Match", "User-Agent"], request.Headers.Keys.Order());
        Assert.True(host.Get<Upstreams>().TryGet("up", out var upstream));
        var limit = host.Get<RateLimits>().Find(upstream.Endpoints[0]);
        Assert.Equal((100, 76, TimeSpan.FromHours(6)), (limit?.Limit, limit?.Remaining, limit?.Window));
    }

    [Fact]
    public async Task Head_GivesHeadersWithoutABody()
    {
        await using var registry = await FakeUpstream.StartAsync(context =>
        {
            context.Response.ContentLength = 7;
            return Task.CompletedTask;
        });
        await using var host = new OriginHost(OriginHost.Upstream(registry.Root));

        await using var answer = await host.Origin.HeadManifestAsync(OriginHost.Repository, OriginHost.Tag, ManifestTypes.All, CancellationToken.None);

        Assert.Equal((OriginOutcome.Found, 7L, string.Empty), (answer.Outcome, answer.ContentLength, await ReadAsync(answer)));
        Assert.Equal("HEAD", Assert.Single(registry.Requests).Method);
    }

    [Fact]
    public async Task NotModified_IsSaid()
    {
        await using var registry = await FakeUpstream.StartAsync(context => Status(context, 304));
        await using var host = new OriginHost(OriginHost.Upstream(registry.Root));

        await using var answer = await host.GetManifestAsync();

        Assert.Equal(OriginOutcome.NotModified, answer.Outcome);
    }

    [Fact]
    public async Task RangeIgnored_BeginsAtZero()
    {
        await using var registry = await FakeUpstream.StartAsync(context => context.Response.WriteAsync("abcdef"));
        await using var host = new OriginHost(OriginHost.Upstream(registry.Root));

        await using var answer = await host.GetBlobAsync(3);

        Assert.Equal((OriginOutcome.Found, 0L, "abcdef"), (answer.Outcome, answer.Offset, await ReadAsync(answer)));
    }

    [Fact]
    public async Task RangeWithoutContentLength_TellsItsLengthAllTheSame()
    {
        await using var registry = await FakeUpstream.StartAsync(context =>
        {
            context.Response.StatusCode = 206;
            context.Response.Headers.ContentRange = "bytes 3-5/6";
            return context.Response.WriteAsync("def");
        });
        await using var host = new OriginHost(OriginHost.Upstream(registry.Root));

        await using var answer = await host.GetBlobAsync(3);

        Assert.Equal((3L, 3L), (answer.Offset, answer.ContentLength));
    }

    [Theory]
    [InlineData("bytes 2-5/6")]
    [InlineData("bytes 3-4/6")]
    [InlineData("bytes 3-9/6")]
    public async Task OtherRangeThanAskedFor_IsRefused(string range)
    {
        await using var registry = await FakeUpstream.StartAsync(context =>
        {
            context.Response.StatusCode = 206;
            context.Response.Headers.ContentRange = range;
            return context.Response.WriteAsync("def");
        });
        await using var host = new OriginHost(OriginHost.Upstream(registry.Root));

        await using var answer = await host.GetBlobAsync(3);

        Assert.Equal(OriginOutcome.BadAnswer, answer.Outcome);
    }

    [Fact]
    public async Task BrokenEndpoint_IsAskedLast_AndAloneWithItsETag()
    {
        await using var first = await FakeUpstream.StartAsync(context => context.Response.WriteAsync("first"));
        await using var second = await FakeUpstream.StartAsync(context => Status(context, 503));
        await using var host = new OriginHost(OriginHost.Upstream(first.Root, second.Root));

        await using var answer = await host.GetBlobAsync(new ResumePoint(3, $"http://{first.Authority}", "\"tag\""));

        Assert.Equal($"http://{first.Authority}", answer.Endpoint);
        Assert.Equal("bytes=3-", Assert.Single(second.Requests).Headers["Range"]);
        Assert.False(Assert.Single(second.Requests).Headers.ContainsKey("If-Range"));
        Assert.Equal("\"tag\"", Assert.Single(first.Requests).Headers["If-Range"]);
    }

    [Theory]
    [InlineData("\"strong\"", "\"strong\"")]
    [InlineData("W/\"weak\"", null)]
    [InlineData(null, null)]
    public async Task StrongETag_IsTold(string? sent, string? told)
    {
        await using var registry = await FakeUpstream.StartAsync(context =>
        {
            context.Response.Headers.ETag = sent;
            return context.Response.WriteAsync("abcdef");
        });
        await using var host = new OriginHost(OriginHost.Upstream(registry.Root));

        await using var answer = await host.GetBlobAsync();

        Assert.Equal(told, answer.ETag);
    }

    [Fact]
    public async Task EncodedAnswer_IsRefused()
    {
        await using var registry = await FakeUpstream.StartAsync(context =>
        {
            context.Response.Headers.ContentEncoding = "gzip";
            return context.Response.WriteAsync("bomb");
        });
        await using var host = new OriginHost(OriginHost.Upstream(registry.Root));

        await using var answer = await host.GetBlobAsync();

        Assert.Equal(OriginOutcome.BadAnswer, answer.Outcome);
    }

    [Fact]
    public async Task RateLimited_SaysWhenToRetry()
    {
        await using var registry = await FakeUpstream.StartAsync(context =>
        {
            context.Response.Headers.RetryAfter = "30";
            return Status(context, 429);
        });
        await using var host = new OriginHost(OriginHost.Upstream(registry.Root));

        await using var answer = await host.GetManifestAsync();

        Assert.Equal((OriginOutcome.RateLimited, TimeSpan.FromSeconds(30)), (answer.Outcome, answer.RetryAfter));
    }

    [Theory]
    [InlineData("docker.io", "nginx", "/v2/library/nginx/manifests/v1")]
    [InlineData("docker.io", "library/nginx", "/v2/library/nginx/manifests/v1")]
    [InlineData("docker.io", "a/b", "/v2/a/b/manifests/v1")]
    [InlineData("up", "nginx", "/v2/nginx/manifests/v1")]
    public async Task ShortName_GetsLibraryOnDockerHubOnly(string upstream, string name, string target)
    {
        await using var registry = await FakeUpstream.StartAsync(context => Status(context, 404));
        await using var host = new OriginHost(OriginHost.Upstream(registry.Root) with { Name = upstream });

        await (await host.Origin.GetManifestAsync(
            new RepositoryKey(upstream, RepositoryName.Parse(name)), new ManifestQuery(OriginHost.Tag, ManifestTypes.All, default, FetchPriority.Interactive), CancellationToken.None)).DisposeAsync();

        Assert.Equal(target, Assert.Single(registry.Requests).Target);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(429)]
    [InlineData(400)]
    public async Task EndpointFails_NextOneAnswers(int status)
    {
        await using var first = await FakeUpstream.StartAsync(context => Status(context, status));
        await using var second = await FakeUpstream.StartAsync(context => context.Response.WriteAsync("content"));
        await using var host = new OriginHost(OriginHost.Upstream(first.Root, second.Root));

        await using var answer = await host.GetManifestAsync();

        Assert.Equal((OriginOutcome.Found, $"http://{second.Authority}"), (answer.Outcome, answer.Endpoint));
        Assert.Single(first.Requests);
    }

    [Theory]
    [InlineData(404, OriginOutcome.NotFound)]
    [InlineData(401, OriginOutcome.Unauthorized)]
    [InlineData(403, OriginOutcome.Denied)]
    public async Task FinalAnswer_IsNotAskedAgainElsewhere(int status, OriginOutcome outcome)
    {
        await using var first = await FakeUpstream.StartAsync(context => Status(context, status));
        await using var second = await FakeUpstream.StartAsync(context => context.Response.WriteAsync("content"));
        await using var host = new OriginHost(OriginHost.Upstream(first.Root, second.Root));

        await using var answer = await host.GetManifestAsync();

        Assert.Equal(outcome, answer.Outcome);
        Assert.Empty(second.Requests);
    }

    [Fact]
    public async Task AllEndpointsFail_AtMostTwoAreTried()
    {
        await using var registry = await FakeUpstream.StartAsync(context => Status(context, 503));
        await using var host = new OriginHost(OriginHost.Upstream(registry.Root, registry.Root, registry.Root, registry.Root));

        await using var answer = await host.GetManifestAsync();

        Assert.Equal((OriginOutcome.Unavailable, 503), (answer.Outcome, answer.StatusCode));
        Assert.Equal(2, registry.Requests.Count);
    }

    [Fact]
    public async Task NoHeaders_TimesOutAndTheNextAnswers()
    {
        var clock = new FakeTimeProvider();
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        FakeUpstream? silent = null;
        silent = await FakeUpstream.StartAsync(context =>
        {
            arrived.TrySetResult();
            return silent!.HangAsync(context);
        });
        await using var owned = silent;
        await using var second = await FakeUpstream.StartAsync(context => context.Response.WriteAsync("content"));
        await using var host = new OriginHost(OriginHost.Upstream(silent.Root, second.Root), time: clock);

        var asking = host.GetManifestAsync();
        await arrived.Task;
        clock.Advance(TimeSpan.FromSeconds(20));
        await using var answer = await asking;

        Assert.Equal(OriginOutcome.Found, answer.Outcome);
    }

    [Fact]
    public async Task BodyStalls_ReadTimesOut()
    {
        FakeUpstream? registry = null;
        registry = await FakeUpstream.StartAsync(async context =>
        {
            await context.Response.WriteAsync("first");
            await context.Response.Body.FlushAsync();
            await registry!.HangAsync(context);
        });
        await using var owned = registry;
        var clock = new FakeTimeProvider();
        await using var host = new OriginHost(OriginHost.Upstream(registry.Root), time: clock);

        await using var answer = await host.GetBlobAsync();
        var buffer = new byte[16];

        Assert.Equal(5, await answer.Body.ReadAtLeastAsync(buffer, 5));
        var reading = answer.Body.ReadExactlyAsync(buffer).AsTask();
        await Eventually.TrueAsync(() =>
        {
            clock.Advance(TimeSpan.FromSeconds(20));
            return reading.IsCompleted;
        });
        await Assert.ThrowsAsync<TimeoutException>(() => reading);
    }

    [Fact]
    public async Task BodyBreaksOff_ReadThrowsIo()
    {
        // Aborted only once the headers were seen: a reset may overtake them.
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registry = await FakeUpstream.StartAsync(async context =>
        {
            context.Response.ContentLength = 100;
            await context.Response.WriteAsync("first");
            await context.Response.Body.FlushAsync();
            await seen.Task;
            context.Abort();
        });
        await using var host = new OriginHost(OriginHost.Upstream(registry.Root));

        await using var answer = await host.GetBlobAsync();
        Assert.Equal(OriginOutcome.Found, answer.Outcome);
        seen.SetResult();

        await Assert.ThrowsAnyAsync<IOException>(async () => await answer.Body.CopyToAsync(Stream.Null));
    }

    [Fact]
    public async Task CallerLeaves_GetsItsOwnCancellationOnly()
    {
        FakeUpstream? registry = null;
        registry = await FakeUpstream.StartAsync(context => registry!.HangAsync(context));
        await using var owned = registry;
        await using var host = new OriginHost(OriginHost.Upstream(registry.Root));
        using var caller = new CancellationTokenSource();

        var asked = host.Origin.GetBlobAsync(OriginHost.Repository, Digest, default, caller.Token).AsTask();
        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
    }

    [Fact]
    public async Task UnknownUpstream_IsNotFound()
    {
        await using var host = new OriginHost(OriginHost.Upstream(new Uri("http://127.0.0.1:9")));

        await using var answer = await host.Origin.GetBlobAsync(
            new RepositoryKey("169.254.169.254", RepositoryName.Parse("a")), Digest, default, CancellationToken.None);

        Assert.Equal(OriginOutcome.NotFound, answer.Outcome);
    }

    private static Task Status(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }

    private static async Task<string> ReadAsync(OriginAnswer answer)
    {
        using var reader = new StreamReader(answer.Body);
        return await reader.ReadToEndAsync();
    }
}
