using EdgeCache.Core.Index;
using EdgeCache.Core.Oci;
using EdgeCache.Fleet;
using EdgeCache.SharedState;
using Xunit;

namespace EdgeCache.Tests.SharedState;

/// <summary>What is kept in Redis, as text: what comes back is what was written, and what was not is refused.</summary>
public sealed class TextTests
{
    private static readonly FleetSecret Secret = new("the fleet's secret, of 32 characters or more");
    private static readonly DateTimeOffset Time = DateTimeOffset.FromUnixTimeMilliseconds(1_800_000_000_123);
    private static readonly Digest Digest = Digest.Compute("content"u8);

    [Fact]
    public void SealedText_OpensForWhatItIsAboutOnly()
    {
        var value = SealedText.Seal(Secret, "a\nb", "some text");

        Assert.True(SealedText.TryOpen(Secret, "a\nb", value, out var text));
        Assert.Equal("some text", text);
        Assert.False(SealedText.TryOpen(Secret, "a\nc", value, out _));
        Assert.False(SealedText.TryOpen(new FleetSecret("another secret, also of 32 characters or more"), "a\nb", value, out _));
        Assert.False(SealedText.TryOpen(Secret, "a\nb", null, out _));
        Assert.False(SealedText.TryOpen(Secret, "a\nb", string.Empty, out _));
        Assert.False(SealedText.TryOpen(Secret, "a\nb", value + " ", out _));
        Assert.False(SealedText.TryOpen(Secret, "a\nb", "other" + value[4..], out _));
        Assert.False(SealedText.TryOpen(Secret, "a\nb", SealedText.Seal(Secret, "a\nb", new string('x', SealedText.MaxLength)), out _));
    }

    [Fact]
    public void Tag_ComesBack()
    {
        var entry = new TagEntry(Digest, ManifestTypes.OciIndex, 1234, Time);

        Assert.True(TagText.TryParse(TagText.Format(entry), out var read));
        Assert.Equal(entry, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1 2 3")]
    [InlineData("-1 {digest} 1 1")]
    [InlineData("999999999999999999 {digest} 1 1")]
    [InlineData("1 sha256:00 1 1")]
    [InlineData("1 {digest} 32 1")]
    [InlineData("1 {digest} 256 1")]
    [InlineData("1 {digest} 1 -2")]
    [InlineData("1 {digest} 1 1 1")]
    public void MalformedTag_IsRefused(string text) =>
        Assert.False(TagText.TryParse(text.Replace("{digest}", Digest.ToString(), StringComparison.Ordinal), out _));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Presence_ComesBack(bool isDraining)
    {
        var presence = new NodePresence(new MemberAddress(new Uri("http://edge-1:5000"), 2.5), isDraining, new NodeLoad(3, 40, 20), Time);

        Assert.True(NodePresence.TryParse(presence.Format(), out var read));
        Assert.Equal(presence, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1 http://edge-1:5000 0 1 1")]
    [InlineData("1 ftp://edge-1:5000 0 1 1 1")]
    [InlineData("1 http://edge-1:5000/path 0 1 1 1")]
    [InlineData("1 http://edge-1:5000 2 1 1 1")]
    [InlineData("1 http://edge-1:5000 0 -1 1 1")]
    [InlineData("1 http://edge-1:5000 0 1 1 1 1")]
    public void MalformedPresence_IsRefused(string text) => Assert.False(NodePresence.TryParse(text, out _));

    public static TheoryData<string> Events => new("digest", "tag", "warm tag", "warm digest", "deny");

    [Theory]
    [MemberData(nameof(Events))]
    public void Event_ComesBack(string kind)
    {
        var repository = new RepositoryKey("docker.io", RepositoryName.Parse("library/a"));
        var message = kind switch
        {
            "digest" => FleetEvent.PurgeDigest(Digest),
            "tag" => FleetEvent.PurgeTag(repository, Reference.Parse("v1")),
            "warm tag" => FleetEvent.Warm(repository, Reference.Parse("v1")),
            "warm digest" => FleetEvent.Warm(repository, Reference.ByDigest(Digest)),
            _ => FleetEvent.Deny(Digest),
        };

        Assert.True(FleetEvent.TryParse(message.Format("sender", Time), out var read, out var sender, out var time));
        Assert.Equal((message, "sender", Time), (read, sender, time));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1 s Purge - - v1")]
    [InlineData("1 s Warm - - {digest}")]
    [InlineData("1 s Deny docker.io library/a {digest}")]
    [InlineData("1 s Erase - - {digest}")]
    [InlineData("1 s 7 - - {digest}")]
    [InlineData("1 s Purge docker.io Library/A v1")]
    [InlineData("1 s Purge docker.io library/a -v1")]
    [InlineData("x s Purge - - {digest}")]
    public void MalformedEvent_IsRefused(string text) =>
        Assert.False(FleetEvent.TryParse(text.Replace("{digest}", Digest.ToString(), StringComparison.Ordinal), out _, out _, out _));
}
