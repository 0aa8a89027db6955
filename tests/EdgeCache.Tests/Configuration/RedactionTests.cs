using EdgeCache.Configuration;
using Xunit;

namespace EdgeCache.Tests.Configuration;

public sealed class RedactionTests
{
    [Theory]
    [InlineData("https://user:pw@host/path", "https://***@host/path")]
    [InlineData("a=https://h/p?sig=abc,https://u@h", "a=https://h/p?***,https://***@h")]
    [InlineData("two\r\nlines", "two\\u000d\\u000alines")]
    [InlineData("plain", "plain")]
    public void Value_IsShownWithoutSecretsOnOneLine(string value, string expected) => Assert.Equal(expected, Redaction.Show(value));

    [Fact]
    public void LongValue_IsCut() => Assert.Equal(201, Redaction.Show(new string('x', 5000)).Length);

    [Theory]
    [InlineData("Upstreams:0:Pasword")]
    [InlineData("ApiKey")]
    public void UnknownKeyThatMayBeASecret_HidesItsValue(string key) => Assert.Equal("***", Redaction.ShowUnknown(key, "hunter2"));
}
