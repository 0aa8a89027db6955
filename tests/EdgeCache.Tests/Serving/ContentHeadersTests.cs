using EdgeCache.Core.Caching;
using EdgeCache.Core.Oci;
using EdgeCache.Serving;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace EdgeCache.Tests.Serving;

public sealed class ContentHeadersTests
{
    private static readonly Digest Digest = Digest.Compute("x"u8);
    private static readonly Freshness Tag = new(FreshnessState.Fresh, TimeSpan.FromSeconds(12.9), TimeSpan.FromSeconds(287));

    private readonly HttpResponse _response = new DefaultHttpContext().Response;

    [Theory]
    [InlineData(true, "max-age=31536000, immutable")]
    [InlineData(false, "")]
    public void Content_IsNamedByItsDigest(bool isImmutable, string cacheControl)
    {
        ContentHeaders.Write(_response, new DigestText(Digest), MediaTypes.OciManifest, isImmutable);

        Assert.Equal(MediaTypes.OciManifest, _response.ContentType);
        Assert.Equal(Digest.ToString(), _response.Headers["Docker-Content-Digest"]);
        Assert.Equal($"\"{Digest}\"", _response.Headers.ETag);
        Assert.Equal(cacheControl, _response.Headers.CacheControl.ToString());
    }

    [Theory]
    [InlineData(CacheResult.Hit, "EdgeCache; hit; ttl=287", "12")]
    [InlineData(CacheResult.Stale, "EdgeCache; fwd=stale; detail=stale-if-error; ttl=287", "12")]
    [InlineData(CacheResult.Miss, "EdgeCache; fwd=miss; stored", "")]
    [InlineData(CacheResult.Revalidated, "EdgeCache; fwd=stale; detail=revalidated", "")]
    public void CacheState_SaysTheAgeOfWhatCameFromTheStore(CacheResult result, string status, string age)
    {
        ContentHeaders.WriteCacheState(_response, result, 0, Tag);

        Assert.Equal((status, age), (_response.Headers["Cache-Status"].ToString(), _response.Headers.Age.ToString()));
    }

    [Fact]
    public void ContentThatNeverExpires_HasAnAgeAndNoTimeToLive()
    {
        ContentHeaders.WriteCacheState(_response, CacheResult.Hit, 0, Tag with { TimeToLive = TimeSpan.MaxValue });

        Assert.Equal(("EdgeCache; hit", "12"), (_response.Headers["Cache-Status"].ToString(), _response.Headers.Age.ToString()));
    }

    [Theory]
    [InlineData(CacheResult.Miss, "Shield; hit, EdgeCache; fwd=miss; stored", "90")]
    [InlineData(CacheResult.Revalidated, "Shield; hit, EdgeCache; fwd=stale; detail=revalidated", "90")]
    [InlineData(CacheResult.Error, "Shield; hit, EdgeCache; fwd=miss; detail=error", "90")]
    [InlineData(CacheResult.Hit, "EdgeCache; hit; ttl=287", "12")]
    [InlineData(CacheResult.Stale, "EdgeCache; fwd=stale; detail=stale-if-error; ttl=287", "12")]
    public void TrailOfOtherCaches_IsRepeatedWhereTheAnswerComesFromThem(CacheResult result, string status, string age)
    {
        ContentHeaders.WriteCacheState(_response, result, 0, Tag, new CacheTrail(TimeSpan.FromSeconds(90.5), "Shield; hit"));

        Assert.Equal((status, age), (_response.Headers["Cache-Status"].ToString(), _response.Headers.Age.ToString()));
    }

    [Fact]
    public void UnknownFreshness_IsNotSaid()
    {
        ContentHeaders.WriteCacheState(_response, CacheResult.Hit, 0, null);

        Assert.Equal(("EdgeCache; hit", ""), (_response.Headers["Cache-Status"].ToString(), _response.Headers.Age.ToString()));
    }

    [Fact]
    public void NotModified_HasNoLength()
    {
        _response.ContentLength = 5;
        ContentHeaders.SetNotModified(_response);

        Assert.Equal((304, null), (_response.StatusCode, _response.ContentLength));
    }
}
