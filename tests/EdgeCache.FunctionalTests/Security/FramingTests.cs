using System.Text.RegularExpressions;
using EdgeCache.FunctionalTests.Edge;
using EdgeCache.Testing;
using Xunit;

namespace EdgeCache.FunctionalTests.Security;

/// <summary>A body on a GET is never read as the next request.</summary>
public sealed class FramingTests(SharedEdge shared) : IClassFixture<SharedEdge>
{
    private const string Smuggled = "GET /v2/team/smuggled/manifests/latest HTTP/1.1\r\nHost: a\r\n\r\n";

    public static TheoryData<string> Requests { get; } =
    [
        $"GET /v2/ HTTP/1.1\r\nHost: a\r\nContent-Length: {Smuggled.Length}\r\n\r\n{Smuggled}",
        $"HEAD /v2/ HTTP/1.1\r\nHost: a\r\nContent-Length: {Smuggled.Length}\r\n\r\n{Smuggled}",
        $"GET /v2/team/app/tags/list HTTP/1.1\r\nHost: a\r\nContent-Length: {Smuggled.Length}\r\n\r\n{Smuggled}",
        $"GET /v2/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{Smuggled.Length:x}\r\n{Smuggled}\r\n0\r\n\r\n",
        $"GET /v2/ HTTP/1.1\r\nHost: a\r\nContent-Length: {Smuggled.Length}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{Smuggled}",
        $"GET /v2/ HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: {Smuggled.Length}\r\n\r\n{Smuggled}",
        $"GET /v2/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n{Smuggled}",
        $"GET /v2/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n{Smuggled}",
        $"GET /v2/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0;a\n{Smuggled}",
        $"GET /v2/ HTTP/1.1\r\nHost: a\r\nContent-Length: +{Smuggled.Length}\r\n\r\n{Smuggled}",
        $"POST /v2/ HTTP/1.1\r\nHost: a\r\nContent-Length: {Smuggled.Length}\r\nConnection: close\r\n\r\n{Smuggled}",
    ];

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task BodyOnAGet_IsOneAnswer_AndTheConnectionEnds(string request)
    {
        var edge = shared.Renewed;

        var answer = await RawHttpClient.ExchangeAsync(edge.Pull, request, TimeSpan.FromSeconds(30));

        Assert.Single(Regex.Matches(answer, "HTTP/1.1 [0-9]{3} "));
        Assert.DoesNotContain(edge.Origin.Log.Requests, asked => asked.Repository.Contains("smuggled", StringComparison.Ordinal));
    }
}
