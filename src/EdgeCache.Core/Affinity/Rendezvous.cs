namespace EdgeCache.Core.Affinity;

/// <summary>
/// Rendezvous hashing with weights (Thaler and Ravishankar 1998; weights by the logarithmic method, Schindelhauer and Schomaker 2005): each member's score
/// for a key depends on nothing but the two, so that a member who joins or leaves moves only its own share of the keys. Pure.
/// </summary>
public static class Rendezvous
{
    /// <summary>The higher, the sooner the member is asked. Proportional shares: a weight of 2 gets twice the keys.</summary>
    /// <param name="member">The member's own hash: <see cref="HashOf"/>.</param>
    /// <param name="weight">Above 0.</param>
    public static double Score(AffinityKey key, ulong member, double weight)
    {
        // 53 bits, never 0: a uniform number of (0, 1).
        var uniform = ((Mix(key.Bits ^ member) >> 11) + 0.5) / (1UL << 53);
        return -weight / Math.Log(uniform);
    }

    /// <summary>A member's hash, by its name.</summary>
    public static ulong HashOf(string name) => AffinityKey.OfText(name).Bits;

    /// <summary>The finalizer of SplitMix64 (Steele, Lea and Flood 2014): every bit of the input changes half of the output's.</summary>
    private static ulong Mix(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
