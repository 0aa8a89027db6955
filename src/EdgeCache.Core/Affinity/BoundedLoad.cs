namespace EdgeCache.Core.Affinity;

/// <summary>
/// Consistent hashing with bounded loads (Mirrokni, Thorup and Zadimoghaddam 2018): the first in a key's ranking takes the request unless it has more than its
/// share of what is in flight; then the next does. Pure.
/// </summary>
public static class BoundedLoad
{
    /// <summary>How many requests a member may have in flight, the new one included.</summary>
    /// <param name="factor">How far above the mean a member may be: 1.25 is a quarter.</param>
    /// <param name="inFlight">Requests in flight at all members, without the new one.</param>
    /// <param name="weightShare">The member's share of all weights, of (0, 1].</param>
    public static int Capacity(double factor, int inFlight, double weightShare) =>
        Math.Max(1, (int)Math.Ceiling(factor * (inFlight + 1) * weightShare));
}
