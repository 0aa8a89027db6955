using System.Buffers;
using System.Net;
using System.Text;
using System.Text.Json;
using EdgeCache.Core.Oci;
using EdgeCache.Routing;
using EdgeCache.Telemetry;
using Xunit;

namespace EdgeCache.Tests.Telemetry;

public sealed class AccessLogFormatTests
{
    [Fact]
    public void Entry_IsOneJsonObjectWithItsFields()
    {
        using var line = JsonDocument.Parse(Format(Entry));

        var fields = line.RootElement.EnumerateObject().ToDictionary(field => field.Name, field => field.Value.ToString());
        Assert.Equal("2026-01-02T03:04:05.678Z", fields["time"]);
        Assert.Equal(("::1", "GET", "tags_list"), (fields["client"], fields["method"], fields["kind"]));
        Assert.Equal(("docker.io", "library/nginx", "v1"), (fields["upstream"], fields["repository"], fields["reference"]));
        Assert.Equal(("200", "42", "1.5"), (fields["status"], fields["bytes"], fields["duration_ms"]));
        Assert.Equal(("stale", "origin_down"), (fields["cache"], fields["reason"]));
    }

    [Theory]
    [InlineData("a\r\n{\"forged\":true}")]
    [InlineData("\"},{\u2028\0")]
    public void ClientsText_CannotBreakTheLine(string text)
    {
        var line = Format(Entry with { UserAgent = text, Path = text, Method = text });

        Assert.Equal(line.Length - 1, line.IndexOf('\n', StringComparison.Ordinal));
        using var parsed = JsonDocument.Parse(line);
        Assert.Equal(text, parsed.RootElement.GetProperty("user_agent").GetString());
    }

    [Fact]
    public void LongClientText_IsCut()
    {
        using var parsed = JsonDocument.Parse(Format(Entry with { UserAgent = new string('x', 9000) }));

        Assert.Equal(AccessLogFormat.MaxClientTextLength, parsed.RootElement.GetProperty("user_agent").GetString()?.Length);
    }

    internal static AccessLogEntry Entry { get; } = new()
    {
        Time = new DateTimeOffset(2026, 1, 2, 5, 4, 5, 678, TimeSpan.FromHours(2)),
        Client = IPAddress.IPv6Loopback,
        Method = "GET",
        Kind = OciRouteKind.TagsList,
        Repository = new RepositoryKey("docker.io", RepositoryName.Parse("library/nginx")),
        Reference = Reference.Parse("v1"),
        Status = 200,
        SentBytes = 42,
        Duration = TimeSpan.FromMilliseconds(1.5),
        Result = CacheResult.Stale,
        Reason = "origin_down",
        RequestId = "r",
    };

    private static string Format(AccessLogEntry entry)
    {
        var output = new ArrayBufferWriter<byte>();
        AccessLogFormat.Append(entry, output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
