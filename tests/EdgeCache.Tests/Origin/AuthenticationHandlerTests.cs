using System.Text;
using EdgeCache.Core.Fill;
using EdgeCache.Core.Oci;
using EdgeCache.Testing;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace EdgeCache.Tests.Origin;

public sealed class AuthenticationHandlerTests
{
    private static readonly string Basic = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("user:pass"));

    [Fact]
    public async Task BasicChallenge_IsAnsweredOnce_ThenAhead()
    {
        await using var registry = await FakeUpstream.StartAsync(context => Protect(context, Basic, "Basic realm=\"r, s\""));
        await using var host = new OriginHost(OriginHost.Upstream(registry.Root) with { Username = "user", Password = "pass" });

        Assert.Equal(OriginOutcome.Found, await AskAsync(host));
        Assert.Equal(OriginOutcome.Found, await AskAsync(host));

        Assert.Equal([null, Basic, Basic], registry.Requests.Select(request => request.Authorization));
    }

    [Fact]
    public async Task BasicRefused_IsUnauthorizedWithoutALoop()
    {
        await using var registry = await FakeUpstream.StartAsync(context => Protect(context, "never", "Basic realm=\"r\""));
        await using var host = new OriginHost(OriginHost.Upstream(registry.Root) with { Username = "user", Password = "pass" });

        Assert.Equal(OriginOutcome.Unauthorized, await AskAsync(host));
        Assert.Equal(2, registry.Requests.Count);
    }

    [Fact]
    public async Task BasicChallengeWithoutCredentials_IsUnauthorized()
    {
        await using var registry = await FakeUpstream.StartAsync(context => Protect(context, Basic, "Basic realm=\"r\""));
        await using var host = new OriginHost(OriginHost.Upstream(registry.Root));

        Assert.Equal(OriginOutcome.Unauthorized, await AskAsync(host));
        Assert.Single(registry.Requests);
    }

    [Theory]
    [InlineData("""{"token":"t","expires_in":300}""")]
    [InlineData("""{"access_token":"t"}""")]
    public async Task BearerChallenge_GetsATokenForThePullScope(string body)
    {
        await using var registry = await StartBearerAsync(_ => body);
        await using var host = new OriginHost(OriginHost.Upstream(registry.Root));

        Assert.Equal(OriginOutcome.Found, await AskAsync(host));
        Assert.Equal(OriginOutcome.Found, await AskAsync(host));

        var token = Assert.Single(registry.Requests, request => request.Path == "/token");
        Assert.Equal("/token?service=s&scope=repository%3Ateam%2Fapp%3Apull", token.Target);
        Assert.Null(token.Authorization);
        Assert.Equal([null, "Bearer t", "Bearer t"], Asked(registry));
    }

    [Fact]
    public async Task BearerWithCredentials_SendsThemToTheRealmOnly()
    {
        await using var registry = await StartBearerAsync(_ => """{"token":"t"}""");
        await using var host = new OriginHost(OriginHost.Upstream(registry.Root) with { Username = "user", Password = "pass" });

        Assert.Equal(OriginOutcome.Found, await AskAsync(host));

        Assert.Equal(Basic, Assert.Single(registry.Requests, request => request.Path == "/token").Authorization);
        Assert.Equal([null, "Bearer t"], Asked(registry));
    }

    [Fact]
    public async Task BothSchemesOffered_BearerIsChosen()
    {
        await using var registry = await StartBearerAsync(_ => """{"token":"t"}""", "Basic realm=\"a, b\"");
        await using var host = new OriginHost(OriginHost.Upstream(registry.Root) with { Username = "user", Password = "pass" });

        Assert.Equal(OriginOutcome.Found, await AskAsync(host));
        Assert.Equal([null, "Bearer t"], Asked(registry));
    }

    [Fact]
    public async Task TwentyAtOnce_FetchOneToken()
    {
        var allAsk = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var asking = 0;
        await using var registry = await FakeUpstream.StartAsync(async context =>
        {
            if (context.Request.Path == "/token")
            {
                await context.Response.WriteAsync("""{"token":"t"}""");
                return;
            }

            // Nobody is challenged before all have asked: a request that begins later knows the challenge already, and waits for the token without asking.
            if (context.Request.Headers.Authorization.Count == 0)
            {
                if (Interlocked.Increment(ref asking) == 20)
                {
                    allAsk.SetResult();
                }

                await allAsk.Task;
            }

            await Protect(context, "Bearer t", $"Bearer realm=\"http://{context.Request.Host}/token\"");
        });
        await using var host = new OriginHost(OriginHost.Upstream(registry.Root));

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => AskAsync(host)));

        Assert.All(outcomes, outcome => Assert.Equal(OriginOutcome.Found, outcome));
        Assert.Single(registry.Requests, request => request.Path == "/token");
    }

    [Fact]
    public async Task ExpiredToken_IsFetchedAgain()
    {
        var count = 0;
        var time = new FakeTimeProvider();
        await using var registry = await StartBearerAsync(_ => $$"""{"token":"t{{++count}}"}""");
        await using var host = new OriginHost(OriginHost.Upstream(registry.Root), time: time);

        await AskAsync(host);
        time.Advance(TimeSpan.FromSeconds(50));
        await AskAsync(host);
        time.Advance(TimeSpan.FromSeconds(5));
        await AskAsync(host);

        Assert.Equal([null, "Bearer t1", "Bearer t1", "Bearer t2"], Asked(registry));
    }

    [Fact]
    public async Task TokenRefusedByTheRegistry_IsReplacedOnce()
    {
        var tokens = 0;
        var good = "t1";
        await using var registry = await StartBearerAsync(_ => $$"""{"token":"t{{++tokens}}","expires_in":3600}""", accepts: header => header == $"Bearer {good}");
        await using var host = new OriginHost(OriginHost.Upstream(registry.Root));

        Assert.Equal(OriginOutcome.Found, await AskAsync(host));
        good = "t2";
        Assert.Equal(OriginOutcome.Found, await AskAsync(host));
        good = "none";
        Assert.Equal(OriginOutcome.Unauthorized, await AskAsync(host));

        Assert.Equal([null, "Bearer t1", "Bearer t1", "Bearer t2", "Bearer t2", "Bearer t3"], Asked(registry));
    }

    [Fact]
    public async Task TokensOfTwoRepositories_AreTwo()
    {
        await using var registry = await StartBearerAsync(query => $$"""{"token":"{{query["scope"].ToString().Split(':')[1].Replace('/', '-')}}"}""",
            accepts: header => header is not null);
        await using var host = new OriginHost(OriginHost.Upstream(registry.Root));

        await AskAsync(host);
        await (await host.Origin.GetManifestAsync(
            new RepositoryKey("up", RepositoryName.Parse("other")), new ManifestQuery(OriginHost.Tag, ManifestTypes.All, default, FetchPriority.Interactive), CancellationToken.None)).DisposeAsync();

        Assert.Equal([null, "Bearer team-app", "Bearer other"], Asked(registry));
    }

    [Fact]
    public async Task ThiefRealm_GetsNoRequest()
    {
        await using var thief = await FakeUpstream.StartAsync(context => context.Response.WriteAsync("""{"token":"t"}"""));
        var realm = $"http://localhost:{thief.Root.Port}/token";
        await using var registry = await FakeUpstream.StartAsync(context => Protect(context, "never", $"Bearer realm=\"{realm}\""));
        await using var host = new OriginHost(
            OriginHost.Upstream(registry.Root) with { Username = "user", Password = "pass", AllowPrivateAddresses = true });

        await using var answer = await host.GetManifestAsync();

        Assert.Equal(OriginOutcome.BadAnswer, answer.Outcome);
        Assert.Contains("token realm", answer.Reason);
        Assert.Empty(thief.Requests);
    }

    [Fact]
    public async Task ListedRealm_IsAsked()
    {
        await using var tokens = await FakeUpstream.StartAsync(context => context.Response.WriteAsync("""{"token":"t"}"""));
        await using var registry = await FakeUpstream.StartAsync(
            context => Protect(context, "Bearer t", $"Bearer realm=\"http://localhost:{tokens.Root.Port}/token\""));
        await using var host = new OriginHost(OriginHost.Upstream(registry.Root) with { TokenRealms = [$"localhost:{tokens.Root.Port}"] });

        Assert.Equal(OriginOutcome.Found, await AskAsync(host));
    }

    [Fact]
    public async Task RealmOnAnotherPrivatePort_IsNotDialled()
    {
        await using var tokens = await FakeUpstream.StartAsync(context => context.Response.WriteAsync("""{"token":"t"}"""));
        await using var registry = await FakeUpstream.StartAsync(
            context => Protect(context, "Bearer t", $"Bearer realm=\"http://{tokens.Authority}/token\""));
        await using var host = new OriginHost(OriginHost.Upstream(registry.Root));

        Assert.Equal(OriginOutcome.BadAnswer, await AskAsync(host));
        Assert.Empty(tokens.Requests);
    }

    [Theory]
    [InlineData(401, "{}", OriginOutcome.Unauthorized)]
    [InlineData(403, "{}", OriginOutcome.Unauthorized)]
    [InlineData(429, "{}", OriginOutcome.RateLimited)]
    [InlineData(500, "{}", OriginOutcome.Unavailable)]
    [InlineData(302, "{}", OriginOutcome.BadAnswer)]
    [InlineData(200, "{}", OriginOutcome.BadAnswer)]
    [InlineData(200, "no json", OriginOutcome.BadAnswer)]
    public async Task TokenServerFails_OutcomeSaysHow(int status, string body, OriginOutcome outcome)
    {
        await using var registry = await FakeUpstream.StartAsync(async context =>
        {
            if (context.Request.Path == "/token")
            {
                context.Response.StatusCode = status;
                context.Response.Headers.Location = "/elsewhere";
                await context.Response.WriteAsync(body);
                return;
            }

            await Protect(context, "Bearer t", $"Bearer realm=\"http://{context.Request.Host}/token\"");
        });
        await using var host = new OriginHost(OriginHost.Upstream(registry.Root));

        Assert.Equal(outcome, await AskAsync(host));
        Assert.DoesNotContain(registry.Requests, request => request.Path == "/elsewhere");
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task ClockThatJumpsADay_CostsNoTokenAndMakesNoneImmortal(int days)
    {
        var clock = new FakeTimeProvider();
        var issued = 0;
        await using var registry = await StartBearerAsync(
            _ => $$"""{"token":"t{{Interlocked.Increment(ref issued)}}","expires_in":300,"issued_at":"{{clock.GetUtcNow():O}}"}""");
        await using var host = new OriginHost(OriginHost.Upstream(registry.Root), time: clock);
        Assert.Equal(OriginOutcome.Found, await AskAsync(host));

        clock.SetUtcNow(clock.GetUtcNow().AddDays(days));
        for (var minute = 0; minute < 4; minute++)
        {
            clock.Advance(TimeSpan.FromMinutes(1));
            Assert.Equal(OriginOutcome.Found, await AskAsync(host));
        }

        Assert.Equal(1, issued);
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(OriginOutcome.Found, await AskAsync(host));
        Assert.Equal(2, issued);
    }

    [Fact]
    public async Task EndlessTokenBody_IsCutOff()
    {
        await using var registry = await FakeUpstream.StartAsync(async context =>
        {
            if (context.Request.Path == "/token")
            {
                var blanks = new string(' ', 64 * 1024);
                while (!context.RequestAborted.IsCancellationRequested)
                {
                    await context.Response.WriteAsync(blanks, context.RequestAborted);
                }

                return;
            }

            await Protect(context, "Bearer t", $"Bearer realm=\"http://{context.Request.Host}/token\"");
        });
        await using var host = new OriginHost(OriginHost.Upstream(registry.Root));

        Assert.Equal(OriginOutcome.BadAnswer, await AskAsync(host));
    }

    private static Task<FakeUpstream> StartBearerAsync(
        Func<IQueryCollection, string> token, string? other = null, Func<string?, bool>? accepts = null) =>
        FakeUpstream.StartAsync(async context =>
        {
            if (context.Request.Path == "/token")
            {
                await context.Response.WriteAsync(token(context.Request.Query));
                return;
            }

            var challenge = $"Bearer realm=\"http://{context.Request.Host}/token\",service=\"s\",scope=\"repository:x:pull,push\"";
            var header = context.Request.Headers.Authorization.ToString() is { Length: > 0 } text ? text : null;
            var isAccepted = accepts is null ? header?.StartsWith("Bearer t", StringComparison.Ordinal) == true : accepts(header);
            await Protect(context, isAccepted ? header : "never", other is null ? challenge : $"{other}, {challenge}");
        });

    private static Task Protect(HttpContext context, string? authorization, string challenge)
    {
        if (context.Request.Headers.Authorization == authorization)
        {
            return context.Response.WriteAsync("content");
        }

        context.Response.StatusCode = 401;
        context.Response.Headers.WWWAuthenticate = challenge;
        return Task.CompletedTask;
    }

    private static IEnumerable<string?> Asked(FakeUpstream registry) =>
        registry.Requests.Where(request => request.Path != "/token").Select(request => request.Authorization);

    private static async Task<OriginOutcome> AskAsync(OriginHost host)
    {
        await using var answer = await host.GetManifestAsync();
        return answer.Outcome;
    }
}
