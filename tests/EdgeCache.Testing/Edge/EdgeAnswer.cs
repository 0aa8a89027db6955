using System.Text.Json;
using Xunit;

namespace EdgeCache.Testing.Edge;

/// <summary>An answer of the node as a client saw it, to its end or to where it was torn.</summary>
/// <param name="Status">0 where there was no connection, or it ended before the headers.</param>
/// <param name="Headers">By name, whatever the case; values of one name joined with commas.</param>
/// <param name="Body">What came.</param>
/// <param name="IsTorn">Whether the connection ended before the answer did: the client knows that it has not the whole.</param>
internal sealed record EdgeAnswer(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body, bool IsTorn)
{
    public string CacheStatus => this["Cache-Status"] ?? string.Empty;

    /// <summary>The code of the OCI error body; checks its form.</summary>
    public string ErrorCode
    {
        get
        {
            Assert.StartsWith("application/json", this["Content-Type"], StringComparison.Ordinal);
            using var document = JsonDocument.Parse(Body);
            var error = Assert.Single(document.RootElement.GetProperty("errors").EnumerateArray());
            Assert.NotEmpty(error.GetProperty("message").GetString() ?? string.Empty);
            return error.GetProperty("code").GetString() ?? string.Empty;
        }
    }

    public string? this[string header] => Headers.GetValueOrDefault(header);

    public static IReadOnlyDictionary<string, string> HeadersOf(HttpResponseMessage response) =>
        response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated)
            .ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);

    /// <summary>The whole content, with 200.</summary>
    public void AssertIs(ReadOnlySpan<byte> content)
    {
        Assert.False(IsTorn, "The answer was torn.");
        Assert.True(Status == 200, $"{Status} {System.Text.Encoding.UTF8.GetString(Body.AsSpan(0, Math.Min(Body.Length, 500)))}");
        Assert.True(content.SequenceEqual(Body), $"{Body.Length} bytes, and not the content's {content.Length}.");
    }

    /// <summary>A failure, told with an OCI error and nothing of content.</summary>
    public void AssertFails(int status, string code)
    {
        Assert.False(IsTorn, "The answer was torn.");
        Assert.Equal((status, code), (Status, ErrorCode));
        Assert.All(["Docker-Content-Digest", "ETag", "Accept-Ranges"], name => Assert.Null(this[name]));
        Assert.Equal("registry/2.0", this["Docker-Distribution-Api-Version"]);
    }
}
