using EdgeCache.Origin;
using Xunit;

namespace EdgeCache.Tests.Origin;

public sealed class WwwAuthenticateTests
{
    [Fact]
    public void DockerHubChallenge_GivesItsParameters()
    {
        var challenge = Assert.Single(WwwAuthenticate.Parse(["Bearer realm=\"https://auth.docker.io/token\",service=\"registry.docker.io\""]));

        Assert.True(challenge.Is("bearer"));
        Assert.Equal("https://auth.docker.io/token", challenge.Parameter("Realm"));
        Assert.Equal("registry.docker.io", challenge.Parameter("service"));
    }

    [Fact]
    public void TwoChallengesInOneField_AreBothFound()
    {
        var challenges = WwwAuthenticate.Parse(["Basic realm=\"a, Bearer b\", Bearer realm=\"https://x/t\" , service=s,scope=\"repository:a:pull,push\""]);

        Assert.Equal(["Basic", "Bearer"], challenges.Select(challenge => challenge.Scheme));
        Assert.Equal("a, Bearer b", challenges[0].Parameter("realm"));
        Assert.Equal("repository:a:pull,push", challenges[1].Parameter("scope"));
        Assert.Equal("s", challenges[1].Parameter("service"));
    }

    [Fact]
    public void TwoFields_AreBothRead()
    {
        var challenges = WwwAuthenticate.Parse(["Negotiate", "Basic realm=x"]);

        Assert.Equal(["Negotiate", "Basic"], challenges.Select(challenge => challenge.Scheme));
    }

    [Fact]
    public void SchemesWithoutParameters_AreChallenges()
    {
        var challenges = WwwAuthenticate.Parse(["Negotiate, NTLM , Basic realm=\"r\""]);

        Assert.Equal(["Negotiate", "NTLM", "Basic"], challenges.Select(challenge => challenge.Scheme));
        Assert.Equal("r", challenges[2].Parameter("realm"));
    }

    [Theory]
    [InlineData("Negotiate YWJj==, Basic realm=\"r\"", "YWJj==")]
    [InlineData("Negotiate a.b/c+d-_~", "a.b/c+d-_~")]
    public void Token68_IsKept(string field, string token68) => Assert.Equal(token68, WwwAuthenticate.Parse([field])[0].Token68);

    [Fact]
    public void EscapesInQuotedStrings_AreUndone() =>
        Assert.Equal("say \"hi\" \\ there", WwwAuthenticate.Parse(["Basic realm=\"say \\\"hi\\\" \\\\ there\""])[0].Parameter("realm"));

    [Fact]
    public void BlanksAroundEquals_AreAllowed() =>
        Assert.Equal("x", WwwAuthenticate.Parse(["Bearer realm = \"x\" , service\t=\ty"])[0].Parameter("realm"));

    [Fact]
    public void RepeatedParameter_FirstCounts() =>
        Assert.Equal("a", WwwAuthenticate.Parse(["Bearer realm=\"a\", realm=\"b\""])[0].Parameter("realm"));

    [Theory]
    [InlineData("")]
    [InlineData(" , ,")]
    [InlineData("Bearer realm=\"unterminated")]
    [InlineData("Bearer realm=\"escape at the end\\")]
    [InlineData("\"quoted\"")]
    [InlineData("Bearer\u0001realm=x")]
    [InlineData("=x")]
    public void Malformed_GivesNothing(string field) => Assert.Empty(WwwAuthenticate.Parse([field]));

    [Fact]
    public void MalformedAfterGood_KeepsTheGood() =>
        Assert.Equal("Basic", Assert.Single(WwwAuthenticate.Parse(["Basic realm=\"x\", Bearer realm=\"y"])).Scheme);

    [Fact]
    public void ManyChallenges_AreBounded()
    {
        var field = string.Join(',', Enumerable.Range(0, 1000).Select(i => $"S{i} a=b"));

        Assert.Equal(WwwAuthenticate.MaxChallenges, WwwAuthenticate.Parse([field]).Count);
    }
}
