using System.Text;
using System.Text.Json;
using EdgeCache.Core.Oci;
using EdgeCache.Serving;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Xunit;

namespace EdgeCache.Tests.Serving;

public sealed class OciErrorWriterTests
{
    private static readonly OciFailure Unknown = new(404, OciErrorCode.ManifestUnknown, "No \"such\" manifest.");

    [Fact]
    public async Task Failure_IsWrittenAsTheSpecificationSays()
    {
        var (context, body) = NewContext("GET");
        await OciErrorWriter.WriteAsync(context, Unknown with { Detail = "why\r\n" });

        using var json = JsonDocument.Parse(body.ToArray());
        var error = Assert.Single(json.RootElement.GetProperty("errors").EnumerateArray());
        Assert.Equal("MANIFEST_UNKNOWN", error.GetProperty("code").GetString());
        Assert.Equal("No \"such\" manifest.", error.GetProperty("message").GetString());
        Assert.Equal("why\r\n", error.GetProperty("detail").GetString());
        Assert.Equal(404, context.Response.StatusCode);
        Assert.Equal(body.Length, context.Response.ContentLength);
        Assert.Equal("registry/2.0", context.Response.Headers["Docker-Distribution-Api-Version"]);
        Assert.Equal("application/json; charset=utf-8", context.Response.ContentType);
        Assert.Equal("no-store", context.Response.Headers.CacheControl);
        Assert.False(context.Response.Headers.ContainsKey("Allow"));
        Assert.False(context.Response.Headers.ContainsKey("Retry-After"));
        Assert.False(context.Response.Headers.ContainsKey("WWW-Authenticate"));
    }

    [Fact]
    public async Task FailureWithoutDetail_HasNone()
    {
        var (context, body) = NewContext("GET");
        await OciErrorWriter.WriteAsync(context, Unknown);
        Assert.DoesNotContain("detail", Encoding.UTF8.GetString(body.ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Head_HasTheSameHeadersAndNoBody()
    {
        var (get, body) = NewContext("GET");
        await OciErrorWriter.WriteAsync(get, Unknown);
        var (head, empty) = NewContext("HEAD");
        await OciErrorWriter.WriteAsync(head, Unknown);

        Assert.Equal(0, empty.Length);
        Assert.Equal(body.Length, head.Response.ContentLength);
        Assert.Equal(get.Response.Headers.OrderBy(header => header.Key), head.Response.Headers.OrderBy(header => header.Key));
    }

    [Fact]
    public async Task ForbiddenMethod_NamesTheAllowed()
    {
        var (context, _) = NewContext("PUT");
        await OciErrorWriter.WriteAsync(context, ErrorMapping.MethodNotAllowed);
        Assert.Equal(405, context.Response.StatusCode);
        Assert.Equal("GET, HEAD", context.Response.Headers.Allow);
    }

    [Fact]
    public async Task RetryAfter_IsInSeconds()
    {
        var (context, _) = NewContext("GET");
        await OciErrorWriter.WriteAsync(context, ErrorMapping.Overloaded);
        Assert.Equal("1", context.Response.Headers.RetryAfter);
    }

    [Fact]
    public async Task HeadersOfContent_AreTakenBack()
    {
        var (context, _) = NewContext("GET");
        var headers = context.Response.Headers;
        headers.ETag = "\"x\"";
        headers.ContentLength = 1_000_000;
        headers.ContentRange = "bytes 0-1/2";
        headers.Age = "5";
        headers["Docker-Content-Digest"] = "sha256:x";
        headers["OCI-Namespace"] = "docker.io";
        await OciErrorWriter.WriteAsync(context, Unknown);

        Assert.All(["ETag", "Content-Range", "Age", "Docker-Content-Digest"], name => Assert.False(headers.ContainsKey(name), name));
        Assert.Equal("docker.io", headers["OCI-Namespace"]);
    }

    [Fact]
    public async Task UnsatisfiableRange_KeepsContentRange()
    {
        var (context, _) = NewContext("GET");
        context.Response.Headers.ContentRange = "bytes */5";
        await OciErrorWriter.WriteAsync(context, ErrorMapping.RangeNotSatisfiable);
        Assert.Equal("bytes */5", context.Response.Headers.ContentRange);
    }

    [Fact]
    public async Task ResponseThatHasBegun_IsAborted()
    {
        var (context, body) = NewContext("GET");
        var lifetime = new AbortRecorder();
        context.Features.Set<IHttpRequestLifetimeFeature>(lifetime);
        context.Features.Set<IHttpResponseFeature>(new StartedResponse());
        await OciErrorWriter.WriteAsync(context, Unknown);

        Assert.True(lifetime.IsAborted);
        Assert.Equal(0, body.Length);
    }

    private static (DefaultHttpContext Context, MemoryStream Body) NewContext(string method)
    {
        var body = new MemoryStream();
        var context = new DefaultHttpContext();
        context.Request.Method = method;
        context.Response.Body = body;
        return (context, body);
    }

    private sealed class AbortRecorder : IHttpRequestLifetimeFeature
    {
        public bool IsAborted { get; private set; }

        public CancellationToken RequestAborted { get; set; }

        public void Abort() => IsAborted = true;
    }

    private sealed class StartedResponse : HttpResponseFeature
    {
        public override bool HasStarted => true;
    }
}
