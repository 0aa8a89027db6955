using System.Net;
using System.Text.Json.Nodes;
using EdgeCache.Core.Oci;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace EdgeCache.Demo;

/// <summary>
/// A small read-only registry in the process that serves <see cref="SampleRepository"/> content on a free loopback port: the upstream of
/// the <c>demo</c> verb. It knows the pull part of the protocol without authentication. Owned by who starts it; safe for concurrent use.
/// </summary>
public sealed class SampleRegistry : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Dictionary<string, SampleRepository> _repositories;

    private SampleRegistry(WebApplication app, IEnumerable<SampleRepository> repositories)
    {
        _app = app;
        _repositories = repositories.ToDictionary(repository => repository.Name.Value);
    }

    /// <summary>Where it listens, such as <c>http://127.0.0.1:40123</c>.</summary>
    public Uri Url => new(_app.Urls.First());

    public SampleRegistryCounters Counters { get; } = new();

    public IReadOnlyCollection<SampleRepository> Repositories => _repositories.Values;

    /// <exception cref="IOException">No port could be bound.</exception>
    public static async Task<SampleRegistry> StartAsync(IEnumerable<SampleRepository> repositories, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options => options.Listen(
            IPAddress.Loopback, 0, listener => listener.Protocols = HttpProtocols.Http1));

        // The registry is a part of a process that handles signals itself.
        builder.Services.AddSingleton<IHostLifetime, PassiveLifetime>();
        var registry = new SampleRegistry(builder.Build(), repositories);
        registry._app.Run(registry.AnswerAsync);
        await registry._app.StartAsync(cancellationToken);
        return registry;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private Task AnswerAsync(HttpContext context)
    {
        context.Response.Headers["Docker-Distribution-Api-Version"] = "registry/2.0";
        var isHead = HttpMethods.IsHead(context.Request.Method);
        var path = context.Request.Path.Value ?? string.Empty;
        if (!isHead && !HttpMethods.IsGet(context.Request.Method))
        {
            context.Response.Headers.Allow = "GET, HEAD";
            return RefuseAsync(context, StatusCodes.Status405MethodNotAllowed, "UNSUPPORTED");
        }

        if (path is "/v2/" or "/v2")
        {
            Counters.CountOther();
            return SendAsync(context, "{}"u8.ToArray(), "application/json");
        }

        var segments = path.Split('/');
        return segments is ["", "v2", .. var name, var kind, var reference]
            && _repositories.TryGetValue(string.Join('/', name), out var repository)
            ? AnswerAsync(context, repository, kind, reference, isHead)
            : RefuseAsync(context, StatusCodes.Status404NotFound, "NAME_UNKNOWN");
    }

    private Task AnswerAsync(HttpContext context, SampleRepository repository, string kind, string text, bool isHead)
    {
        switch (kind)
        {
            case "manifests" when Reference.TryParse(text, out var reference) && repository.TryResolve(reference, out var digest):
                Counters.CountManifest(isHead);
                var manifest = repository.Manifests[digest];
                context.Response.Headers["Docker-Content-Digest"] = digest.ToString();
                return SendAsync(context, manifest.Bytes, manifest.MediaType);
            case "blobs" when Digest.TryParse(text, out var digest) && repository.Blobs.TryGetValue(digest, out var blob):
                Counters.CountBlob(isHead);
                context.Response.Headers["Docker-Content-Digest"] = digest.ToString();
                return SendBlobAsync(context, blob);
            case "referrers" when Digest.TryParse(text, out var subject):
                Counters.CountOther();
                return SendAsync(context, repository.ListReferrers(subject), MediaTypes.OciIndex);
            case "tags" when text == "list":
                Counters.CountOther();
                return SendAsync(context, ListTags(repository), "application/json");
            default:
                return RefuseAsync(context, StatusCodes.Status404NotFound, kind == "blobs" ? "BLOB_UNKNOWN" : "MANIFEST_UNKNOWN");
        }
    }

    private Task SendBlobAsync(HttpContext context, byte[] blob)
    {
        context.Response.Headers.AcceptRanges = "bytes";
        var ranges = context.Request.GetTypedHeaders().Range?.Ranges;
        if (ranges is null || ranges.Count != 1)
        {
            return SendAsync(context, blob, MediaTypes.OctetStream);
        }

        var range = ranges.Single();
        var from = range.From ?? Math.Max(0, blob.Length - range.To.GetValueOrDefault());
        var to = range.From is null ? blob.Length - 1 : Math.Min(range.To ?? long.MaxValue, blob.Length - 1);
        if (from > to)
        {
            context.Response.Headers.ContentRange = $"bytes */{blob.Length}";
            return RefuseAsync(context, StatusCodes.Status416RangeNotSatisfiable, "SIZE_INVALID");
        }

        context.Response.StatusCode = StatusCodes.Status206PartialContent;
        context.Response.Headers.ContentRange = $"bytes {from}-{to}/{blob.Length}";
        return SendAsync(context, blob.AsMemory((int)from, (int)(to - from + 1)), MediaTypes.OctetStream);
    }

    private async Task SendAsync(HttpContext context, ReadOnlyMemory<byte> body, string mediaType)
    {
        context.Response.ContentType = mediaType;
        context.Response.ContentLength = body.Length;
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        // Before the client can have them: whoever has the whole answer sees it counted.
        Counters.CountBytes(body.Length);
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }

    private Task RefuseAsync(HttpContext context, int status, string code)
    {
        Counters.CountOther();
        context.Response.StatusCode = status;
        var error = new JsonObject { ["code"] = code, ["message"] = "The sample registry has no such content.", ["detail"] = null };
        return SendAsync(context, SampleJson.ToBytes(new JsonObject { ["errors"] = new JsonArray(error) }), "application/json");
    }

    private static byte[] ListTags(SampleRepository repository) => SampleJson.ToBytes(new JsonObject
    {
        ["name"] = repository.Name.Value,
        ["tags"] = new JsonArray([.. repository.Tags.Keys.Order(StringComparer.Ordinal).Select(tag => (JsonNode)tag)]),
    });

    /// <summary>Leaves signals alone.</summary>
    private sealed class PassiveLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
