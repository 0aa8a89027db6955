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

    [Fact]
    public void AcceptedSecret_IsAcceptedAndSignsNothing()
    {
        var (old, @new) = (new string('o', FleetSecret.MinLength), new string('n', FleetSecret.MinLength));
        FleetSecret[] steps = [new(old), new(old, @new), new(@new, old), new(@new)];
        for (var step = 0; step + 1 < steps.Length; step++)
        {
            // Nodes that are one step apart understand each other both ways.
            Assert.True(steps[step].IsSignature(SecretPurpose.Sibling, "text", steps[step + 1].Sign(SecretPurpose.Sibling, "text")));
            Assert.True(steps[step + 1].IsSignature(SecretPurpose.Sibling, "text", steps[step].Sign(SecretPurpose.Sibling, "text")));
        }

        Assert.Equal(steps[0].Sign(SecretPurpose.Ticket, "text"), steps[1].Sign(SecretPurpose.Ticket, "text"));
        Assert.False(steps[1].IsSignature(SecretPurpose.Ticket, "text", steps[2].Sign(SecretPurpose.Sibling, "text")));
        Assert.False(steps[0].IsSignature(SecretPurpose.Sibling, "text", steps[2].Sign(SecretPurpose.Sibling, "text")));
    }

    private bool IsValid(string stamp, string text, DateTimeOffset now) => SignedStamp.IsValid(_secret, SecretPurpose.Sibling, text, stamp, now, Lifetime);
}
