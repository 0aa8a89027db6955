using EdgeCache.Fleet;
using Xunit;

namespace EdgeCache.Tests.Fleet;

public sealed class FleetSecretTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(1);

    private readonly FleetSecret _secret = new(new string('s', FleetSecret.MinLength));

    [Fact]
    public void Stamp_IsGoodForItsTextPurposeAndTime()
    {
        var stamp = SignedStamp.Create(_secret, SecretPurpose.Sibling, "GET /v2/a", Now);
        Assert.True(IsValid(stamp, "GET /v2/a", Now));
        Assert.True(IsValid(stamp, "GET /v2/a", Now + Lifetime + SignedStamp.Skew));
        Assert.True(IsValid(stamp, "GET /v2/a", Now - SignedStamp.Skew));
        Assert.False(IsValid(stamp, "GET /v2/b", Now));
        Assert.False(IsValid(stamp, "GET /v2/a", Now + Lifetime + SignedStamp.Skew + TimeSpan.FromSeconds(1)));
        Assert.False(IsValid(stamp, "GET /v2/a", Now - SignedStamp.Skew - TimeSpan.FromSeconds(1)));
        Assert.False(SignedStamp.IsValid(_secret, SecretPurpose.Ticket, "GET /v2/a", stamp, Now, Lifetime));
        var other = new FleetSecret(new string('t', FleetSecret.MinLength));
        Assert.False(SignedStamp.IsValid(other, SecretPurpose.Sibling, "GET /v2/a", stamp, Now, Lifetime));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("1")]
    [InlineData("-5.abc")]
    [InlineData("99999999999999999999.abc")]
    [InlineData("1790000000.ä")]
    public void Stamp_Malformed_IsNone(string stamp) => Assert.False(IsValid(stamp, "GET /v2/a", Now));

    private bool IsValid(string stamp, string text, DateTimeOffset now) => SignedStamp.IsValid(_secret, SecretPurpose.Sibling, text, stamp, now, Lifetime);
}
