using EdgeCache.Core.Fill;
using EdgeCache.Origin;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace EdgeCache.Tests.Origin;

public sealed class RedirectFollowerTests
{
    [Fact]
    public async Task RedirectToAnotherHost_NeverSeesAuthorization()
    {
        await using var storage = await FakeUpstream.StartAsync(context =>
        {
            context.Response.StatusCode = 401;
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"give me\"";
            return Task.CompletedTask;
        });
        await using var registry = await StartProtectedAsync($"{storage.Root}signed?sig=secret");
        await using var host = new OriginHost(Options(registry) with { AllowPrivateAddresses = true });

        await using var answer = await host.GetBlobAsync();

        Assert.Equal(OriginOutcome.Unavailable, answer.Outcome);
        var request = Assert.Single(storage.Requests);
        Assert.Null(request.Authorization);
        Assert.DoesNotContain("secret", answer.Reason + answer.Endpoint);
    }

    [Fact]
    public async Task RedirectToStorage_CarriesTheRangeAndOurHeadersOnly()
    {
        await using var storage = await FakeUpstream.StartAsync(context =>
        {
            context.Response.StatusCode = 206;
            context.Response.Headers.ContentRange = "bytes 3-5/6";
            return context.Response.WriteAsync("def");
        });
        await using var registry = await StartProtectedAsync($"{storage.Root}signed?sig=a%2Fb");
        await using var host = new OriginHost(Options(registry) with { AllowPrivateAddresses = true });

        await using var answer = await host.GetBlobAsync(3);
        using var reader = new StreamReader(answer.Body);

        Assert.Equal((OriginOutcome.Found, 3L, "def"), (answer.Outcome, answer.Offset, await reader.ReadToEndAsync()));
        var request = Assert.Single(storage.Requests);
        Assert.Equal("/signed?sig=a%2Fb", request.Target);
        Assert.Equal("bytes=3-", request.Headers["Range"]);
        Assert.Equal("identity", request.Headers["Accept-Encoding"]);
        Assert.Equal(["Accept", "Accept-Encoding", "CDN-Loop", "Host", "Range", "User-Agent"], request.Headers.Keys.Order());
    }

    [Fact]
    public async Task RedirectOnTheSameHost_KeepsAuthorization()
    {
        await using var registry = await StartProtectedAsync("/elsewhere");
        await using var host = new OriginHost(Options(registry));

        await using var answer = await host.GetBlobAsync();

        Assert.Equal(OriginOutcome.Found, answer.Outcome);
        Assert.NotNull(registry.Requests.Single(request => request.Path == "/elsewhere").Authorization);
    }

    [Theory]
    [InlineData("http://127.0.0.1:{0}/x")]
    [InlineData("http://[::ffff:127.0.0.1]:{0}/x")]
    [InlineData("http://localhost:{0}/x")]
    [InlineData("http://2130706433:{0}/x")]
    public async Task RedirectToAnotherLoopbackPort_IsRefused(string target)
    {
        await using var canary = await FakeUpstream.StartAsync(context => context.Response.WriteAsync("secret"));
        await using var registry = await StartProtectedAsync(string.Format(null, target, canary.Root.Port));
        await using var host = new OriginHost(Options(registry));

        await using var answer = await host.GetBlobAsync();

        Assert.Equal(OriginOutcome.BadAnswer, answer.Outcome);
        Assert.Empty(canary.Requests);
    }

    [Theory]
    [InlineData("http://169.254.169.254/latest/meta-data")]
    [InlineData("http://[::1]:9/x")]
    [InlineData("http://user:pass@127.0.0.1/x")]
    [InlineData("ftp://127.0.0.1/x")]
    [InlineData("file:///etc/passwd")]
    [InlineData("")]
    public async Task RedirectElsewhere_IsRefused(string target)
    {
        await using var registry = await StartProtectedAsync(target);
        await using var host = new OriginHost(Options(registry));

        await using var answer = await host.GetBlobAsync();

        Assert.Equal(OriginOutcome.BadAnswer, answer.Outcome);
    }

    [Fact]
    public async Task RedirectLoop_EndsAfterFiveHops()
    {
        await using var registry = await FakeUpstream.StartAsync(context =>
        {
            context.Response.Redirect("/again", permanent: false, preserveMethod: true);
            return Task.CompletedTask;
        });
        await using var host = new OriginHost(OriginHost.Upstream(registry.Root));

        await using var answer = await host.GetBlobAsync();

        Assert.Equal(OriginOutcome.BadAnswer, answer.Outcome);
        Assert.Equal(RedirectFollower.MaxHops + 1, registry.Requests.Count);
    }

    private static UpstreamOptions Options(FakeUpstream registry) =>
        OriginHost.Upstream(registry.Root) with { Username = "user", Password = "pass" };

    /// <summary>A registry that asks for Basic, then redirects every blob.</summary>
    private static Task<FakeUpstream> StartProtectedAsync(string location) =>
        FakeUpstream.StartAsync(context =>
        {
            if (context.Request.Headers.Authorization.Count == 0)
            {
                context.Response.StatusCode = 401;
                context.Response.Headers.WWWAuthenticate = "Basic realm=\"r\"";
            }
            else if (context.Request.Path.StartsWithSegments("/v2"))
            {
                context.Response.StatusCode = 307;
                context.Response.Headers.Location = location;
            }

            return Task.CompletedTask;
        });
}
