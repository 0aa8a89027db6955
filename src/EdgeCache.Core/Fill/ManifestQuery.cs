using EdgeCache.Core.Oci;

namespace EdgeCache.Core.Fill;

/// <summary>What is asked by a GET of a manifest.</summary>
/// <param name="Accept">The types the Accept header asks for.</param>
/// <param name="IfNoneMatch">A digest whose quoted text is sent as If-None-Match; none sends nothing.</param>
/// <param name="BrokenEndpoint">Asked once already: the endpoint whose answer broke off or was not what it should be (<see cref="OriginAnswer.Endpoint"/>). One more is
/// asked, another where there is one.</param>
public readonly record struct ManifestQuery(Reference Reference, ManifestTypes Accept, Digest IfNoneMatch, FetchPriority Priority, string? BrokenEndpoint = null);
