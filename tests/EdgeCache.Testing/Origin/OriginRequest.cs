using EdgeCache.Core.Oci;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace EdgeCache.Testing.Origin;

/// <summary>One request as a <see cref="FakeOrigin"/> received it, and how its answer ended. Safe to read at any time.</summary>
public sealed class OriginRequest
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly OriginCounters _counters;
    private long _bytesSent;

    private OriginRequest(OriginCounters counters) => _counters = counters;

    public required OriginRequestKind Kind { get; init; }

    public required string Method { get; init; }

    /// <summary>The target's path as it stood on the wire, without the query.</summary>
    public required string Path { get; init; }

    /// <summary>The query with its question mark; empty where there is none.</summary>
    public required string Query { get; init; }

    /// <summary>The repository; empty where the kind has none.</summary>
    public string Repository { get; private init; } = string.Empty;

    /// <summary>The tag or the digest's text; empty where the kind has none.</summary>
    public string Reference { get; private init; } = string.Empty;

    public Digest Digest { get; private init; }

    /// <summary>All headers as received; names are case-insensitive, values of one name are joined with commas.</summary>
    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    public string? Authorization => Header("Authorization");

    public string? Range => Header("Range");

    public string? Accept => Header("Accept");

    public string? AcceptEncoding => Header("Accept-Encoding");

    public string? Host => Header("Host");

    public string? IfNoneMatch => Header("If-None-Match");

    /// <summary>The connection it came on.</summary>
    public required string ConnectionId { get; init; }

    /// <summary>The status that was sent; 0 while none was, and where the connection was ended without one.</summary>
    public int StatusCode { get; internal set; }

    /// <summary>Bytes of the body that were handed to the connection so far.</summary>
    public long BytesSent => Interlocked.Read(ref _bytesSent);

    /// <summary>Whether the client went away before the whole answer was written.</summary>
    public bool ClientLeft { get; internal set; }

    /// <summary>Completes when the origin is done with the request, however it ended.</summary>
    public Task Ended => _ended.Task;

    public string? Header(string name) => Headers.GetValueOrDefault(name);

    public override string ToString() => $"{Method} {Path}{Query} -> {StatusCode}, {BytesSent} bytes{(ClientLeft ? ", client left" : Ended.IsCompleted ? "" : ", under way")}";

    internal void CountBytes(long count)
    {
        Interlocked.Add(ref _bytesSent, count);
        _counters.CountBytes(Kind, count);
    }

    internal void End()
    {
        if (StatusCode is 200 or 206)
        {
            _counters.CountContent(Kind);
        }

        _ended.TrySetResult();
    }

    /// <param name="basePath">What comes before <c>/v2/</c>.</param>
    internal static OriginRequest Read(HttpContext context, string basePath, bool isStorage, OriginCounters counters)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var question = target.IndexOf('?');
        var path = question < 0 ? target : target[..question];
        var (kind, repository, reference) = isStorage && !path.StartsWith("/token", StringComparison.Ordinal)
            ? (OriginRequestKind.Storage, string.Empty, path[(path.LastIndexOf('/') + 1)..])
            : Classify(context.Request.Method, path, basePath);
        Digest.TryParse(reference, out var digest);
        counters.CountRequest(kind);
        return new OriginRequest(counters)
        {
            Kind = kind,
            Method = context.Request.Method,
            Path = path,
            Query = question < 0 ? string.Empty : target[question..],
            Repository = repository,
            Reference = reference,
            Digest = digest,
            Headers = context.Request.Headers.ToDictionary(
                header => header.Key, header => string.Join(", ", header.Value.ToArray()), StringComparer.OrdinalIgnoreCase),
            ConnectionId = context.Connection.Id,
        };
    }

    private static (OriginRequestKind Kind, string Repository, string Reference) Classify(string method, string path, string basePath)
    {
        var isHead = method == HttpMethods.Head;
        if (path == "/token")
        {
            return (OriginRequestKind.Token, string.Empty, string.Empty);
        }

        if (!isHead && method != HttpMethods.Get)
        {
            return (OriginRequestKind.Write, string.Empty, string.Empty);
        }

        if (!path.StartsWith(basePath + "/v2", StringComparison.Ordinal))
        {
            return (OriginRequestKind.Other, string.Empty, string.Empty);
        }

        return path[basePath.Length..].Split('/') switch
        {
            ["", "v2"] or ["", "v2", ""] => (OriginRequestKind.Ping, string.Empty, string.Empty),
            ["", "v2", "_catalog"] => (OriginRequestKind.Catalog, string.Empty, string.Empty),
            ["", "v2", .. var name, "manifests", var reference] =>
                (isHead ? OriginRequestKind.ManifestHead : OriginRequestKind.ManifestGet, string.Join('/', name), reference),
            ["", "v2", .. var name, "blobs", var reference] =>
                (isHead ? OriginRequestKind.BlobHead : OriginRequestKind.BlobGet, string.Join('/', name), reference),
            ["", "v2", .. var name, "referrers", var reference] => (OriginRequestKind.Referrers, string.Join('/', name), reference),
            ["", "v2", .. var name, "tags", "list"] => (OriginRequestKind.Tags, string.Join('/', name), string.Empty),
            _ => (OriginRequestKind.Other, string.Empty, string.Empty),
        };
    }
}
