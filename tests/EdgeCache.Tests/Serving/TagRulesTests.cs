using EdgeCache.Core.Oci;
using EdgeCache.Origin;
using EdgeCache.Serving;
using Xunit;

namespace EdgeCache.Tests.Serving;

public sealed class TagRulesTests
{
    private static readonly RepositoryKey Repository = new("docker.io", RepositoryName.Parse("library/nginx"));

    [Theory]
    [InlineData("v*", "v1.2", true)]
    [InlineData("v*", "1.2", false)]
    [InlineData("v?.0", "v1.0", true)]
    [InlineData("V1", "v1", false)]
    [InlineData("library/nginx:1.*", "1.27", true)]
    [InlineData("library/*:*", "latest", true)]
    [InlineData("*:1.27", "1.27", true)]
    [InlineData("library/redis:*", "1.27", false)]
    [InlineData("nginx:*", "1.27", false)]
    [InlineData("a:b:*", "b", false)]
    public void Pattern_SaysWhetherATagMayMove(string pattern, string tag, bool isImmutable)
    {
        var rule = Rules(pattern).For(Repository, Reference.Parse(tag));

        Assert.Equal(isImmutable ? TimeSpan.MaxValue : TimeSpan.FromMinutes(7), rule.Lifetime);
        Assert.Equal(TimeSpan.FromHours(3), rule.StaleIfError);
    }

    [Fact]
    public void Digest_IsFreshForever() =>
        Assert.Equal(TimeSpan.MaxValue, Rules().For(Repository, Reference.ByDigest(Digest.Compute("x"u8))).Lifetime);

    [Fact]
    public void Asking_AllocatesNothing()
    {
        var rules = Rules("library/nginx:1.*", "v*", "library/*:x");
        var tag = Reference.Parse("latest");
        rules.For(Repository, tag);

        var before = GC.GetAllocatedBytesForCurrentThread();
        rules.For(Repository, tag);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static TagRules Rules(params string[] immutable) => new([new UpstreamOptions
    {
        Name = "docker.io",
        Endpoints = [new Uri("https://registry-1.docker.io")],
        TagFreshness = TimeSpan.FromMinutes(7),
        StaleIfError = TimeSpan.FromHours(3),
        ImmutableTags = immutable,
    }]);
}
