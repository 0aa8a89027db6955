using EdgeCache.Core.Caching;
using EdgeCache.Origin;
using Xunit;

namespace EdgeCache.Tests.Origin;

public sealed class TrailHeadersTests
{
    private const int Year = 31_536_000;

    [Theory]
    [InlineData(null, 0)]
    [InlineData("0", 2)]
    [InlineData("90", 92)]
    [InlineData(" 90 ", 92)]
    [InlineData("90, 7", 92)]
    [InlineData("31536000", Year)]
    [InlineData("4294967296", Year)]
    [InlineData("99999999999999999999999999", Year)]
    [InlineData("", 0)]
    [InlineData("-1", 0)]
    [InlineData("+1", 0)]
    [InlineData("1.5", 0)]
    [InlineData("0x10", 0)]
    [InlineData("soon", 0)]
    [InlineData("٣", 0)]
    public void Age_IsWholeSecondsAndTheTimeTheAnswerTook_AtMostAYear(string? age, int seconds) =>
        Assert.Equal(new CacheTrail(TimeSpan.FromSeconds(seconds), null), Read(isEndpoint: true, ("Age", age)));

    [Fact]
    public void AgeOfARedirectsTarget_IsNotTheTags() =>
        Assert.Equal(new CacheTrail(TimeSpan.Zero, "Shield; hit"), Read(isEndpoint: false, ("Age", "90"), ("Cache-Status", "Shield; hit")));

    [Fact]
    public void MembersOfSeveralFields_AreOneList() =>
        Assert.Equal("A; hit, B; fwd=miss", Read(isEndpoint: true, ("Cache-Status", "A; hit"), ("Cache-Status", "B; fwd=miss")).Members);

    [Fact]
    public void TooLongAList_IsLeftOut()
    {
        Assert.Equal(512, Read(isEndpoint: true, ("Cache-Status", new string('a', 512))).Members?.Length);
        Assert.Null(Read(isEndpoint: true, ("Cache-Status", new string('a', 513))).Members);
    }

    private static CacheTrail Read(bool isEndpoint, params (string Name, string? Value)[] headers)
    {
        using var response = new HttpResponseMessage();
        foreach (var (name, value) in headers)
        {
            if (value is not null)
            {
                response.Headers.TryAddWithoutValidation(name, value);
            }
        }

        return TrailHeaders.Read(response.Headers, isEndpoint, TimeSpan.FromSeconds(2));
    }
}
