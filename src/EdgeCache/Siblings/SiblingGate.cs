using EdgeCache.Core.Fill;
using EdgeCache.Fleet;

namespace EdgeCache.Siblings;

/// <summary>Tells siblings' requests from clients'. Safe for concurrent use.</summary>
internal sealed class SiblingGate(FleetSecret secret, TimeProvider time)
{
    /// <summary>Whether the request is a sibling's, and of this fleet.</summary>
    public bool IsSibling(HttpRequest request, string target) => request.Headers[SiblingHeaders.Sibling].Count > 0 && TryReadScope(request, target, out _);

    /// <param name="target">The raw request target.</param>
    /// <param name="scope">How far the request may go.</param>
    /// <returns>False where the request claims to be a sibling's and is not.</returns>
    public bool TryReadScope(HttpRequest request, string target, out FetchScope scope)
    {
        scope = FetchScope.Anywhere;
        var stamp = request.Headers[SiblingHeaders.Sibling];
        if (stamp.Count == 0)
        {
            return true;
        }

        if (stamp.Count > 1
            || !SignedStamp.IsValid(
                secret, SecretPurpose.Sibling, SiblingHeaders.TextOf(request.Method, target), stamp.ToString(), time.GetUtcNow(), SiblingHeaders.Lifetime))
        {
            return false;
        }

        scope = request.Headers.CacheControl == SiblingHeaders.OnlyIfCached ? FetchScope.Stored : FetchScope.Upstream;
        return true;
    }
}
