using EdgeCache.Core.Oci;

namespace EdgeCache.Core.Fill;

/// <summary>What is asked by a GET of a manifest.</summary>
/// <param name="Accept">The types the Accept header asks for.</param>
/// <param name="IfNoneMatch">A digest whose quoted text is sent as If-None-Match; none sends nothing.</param>
public readonly record struct ManifestQuery(Reference Reference, ManifestTypes Accept, Digest IfNoneMatch, FetchPriority Priority)
{
    /// <summary>Of a second question: the endpoint whose answer broke off (<see cref="OriginAnswer.Endpoint"/>). It is asked after the others.</summary>
    public string? BrokenEndpoint { get; init; }

    /// <summary>Of a second question: the endpoint whose bytes were wrong. It is not asked.</summary>
    public string? WrongEndpoint { get; init; }

    /// <summary>Whether one more endpoint is asked after a body that was of no use. Its word is not the registry's: another endpoint has the content.</summary>
    public bool IsSecond => BrokenEndpoint is not null || WrongEndpoint is not null;
}
