using EdgeCache.Core.Caching;
using EdgeCache.Core.Oci;

namespace EdgeCache.Core.Fill;

/// <summary>One upstream answer. Owned by who asked: disposing it closes the body and the exchange.</summary>
public sealed class OriginAnswer : IAsyncDisposable
{
    private readonly IDisposable? _exchange;

    public OriginAnswer(OriginOutcome outcome, Stream? body = null, IDisposable? exchange = null)
    {
        Outcome = outcome;
        Body = body ?? Stream.Null;
        _exchange = exchange;
    }

    public OriginOutcome Outcome { get; }

    /// <summary>The body of a Found GET, never decoded; empty otherwise. A read that fails throws an <see cref="IOException"/> or
    /// <see cref="TimeoutException"/> (stall); fewer bytes than ContentLength is the reader's to notice.</summary>
    public Stream Body { get; }

    /// <summary>The upstream's Content-Length; null where it sent none. For a range answer, the length of the range.</summary>
    public long? ContentLength { get; init; }

    /// <summary>The offset of the body's first byte within the content: 0, or what a range answer (206) begins with.</summary>
    public long Offset { get; init; }

    /// <summary>The Content-Type as sent.</summary>
    public string? MediaType { get; init; }

    /// <summary>Docker-Content-Digest, where it was sent and is well formed; the upstream's claim, never proof.</summary>
    public Digest Digest { get; init; }

    /// <summary>The ETag as sent, quotes included, where it is a strong one: what an If-Range needs (RFC 9110, section 13.1.5).</summary>
    public string? ETag { get; init; }

    /// <summary>The HTTP status; 0 where there was no answer.</summary>
    public int StatusCode { get; init; }

    /// <summary>Retry-After, where it was sent.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>What it says of the caches on its way. The age is of the endpoint's own answer: a redirect's target tells how old the bytes are, not
    /// how old the word that a tag means them is.</summary>
    public CacheTrail Trail { get; init; }

    /// <summary>The endpoint that answered, or the last one tried: scheme, host and port, for logs.</summary>
    public string Endpoint { get; init; } = string.Empty;

    /// <summary>How many endpoints may still be asked in the request's place, this one included.</summary>
    public int AttemptsLeft { get; init; }

    /// <summary>Whether another endpoint of the upstream may be asked in its place.</summary>
    public bool HasOthers { get; init; }

    /// <summary>Why, for anything but Found; safe to show to a client (no credentials, no query strings).</summary>
    public string Reason { get; init; } = string.Empty;

    /// <summary>Whether the registry itself answered, and no storage that it led to.</summary>
    public bool IsRegistrysWord { get; init; }

    /// <summary>Whether another node of the fleet gave it. Upstream, asked for the same, may then still have it right.</summary>
    public bool IsFromSibling { get; init; }

    /// <summary>Whether this node stores what came, or has only passed it through; asked once it is verified. Null: it does.</summary>
    public Func<bool>? Keeps { get; init; }

    /// <summary>Called when the bytes turned out not to be what was asked for.</summary>
    public Action? Rejected { get; init; }

    public async ValueTask DisposeAsync()
    {
        await Body.DisposeAsync().ConfigureAwait(false);
        _exchange?.Dispose();
    }
}
