using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace EdgeCache.Testing.Edge;

/// <summary>A request as a node received it on its pull listener.</summary>
/// <param name="Target">Path and query as they stood on the wire.</param>
/// <param name="Headers">By name, whatever the case; values of one name joined with commas.</param>
internal sealed record NodeRequest(string Method, string Target, IReadOnlyDictionary<string, string> Headers)
{
    public static NodeRequest Of(HttpContext context) => new(
        context.Request.Method,
        context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget,
        context.Request.Headers.ToDictionary(header => header.Key, header => string.Join(", ", header.Value.ToArray()), StringComparer.OrdinalIgnoreCase));

    public override string ToString() => $"{Method} {Target}";
}
