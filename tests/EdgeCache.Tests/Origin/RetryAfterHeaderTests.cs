using EdgeCache.Origin;
using Xunit;

namespace EdgeCache.Tests.Origin;

public sealed class RetryAfterHeaderTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("120", 120.0)]
    [InlineData("Fri, 02 Jan 2026 03:05:00 GMT", 60.0)]
    [InlineData("Fri, 02 Jan 2026 03:03:00 GMT", 0.0)]
    [InlineData("999999999", 86400.0)]
    [InlineData("soon", null)]
    public void Value_IsAWaitFromNow(string text, double? seconds)
    {
        using var response = new HttpResponseMessage();
        response.Headers.TryAddWithoutValidation("Retry-After", text);

        Assert.Equal(seconds, RetryAfterHeader.Read(response.Headers, Now)?.TotalSeconds);
    }
}
