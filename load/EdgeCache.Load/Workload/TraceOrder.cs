using EdgeCache.Load.Simulation;

namespace EdgeCache.Load.Workload;

/// <summary>
/// The order of pulls as a trace of requests has it: the object that it asks for most is the most popular image, and so on; what is asked for less than all images
/// are is pulled as an image besides them. At its end it begins anew. Immutable.
/// </summary>
internal sealed class TraceOrder
{
    private readonly int[] _ranks;

    /// <param name="requests">For manifests; at least one.</param>
    public TraceOrder(RequestTrace requests)
    {
        var counts = new int[requests.Objects];
        foreach (var number in requests.Requests)
        {
            counts[number]++;
        }

        var rankOf = new int[requests.Objects];
        foreach (var (rank, number) in Enumerable.Range(0, requests.Objects).OrderByDescending(number => counts[number]).Index())
        {
            rankOf[number] = rank;
        }

        _ranks = [.. requests.Requests.ToArray().Select(number => rankOf[number])];
    }

    /// <summary>The rank, from 0, of what a pull asks for.</summary>
    /// <param name="pull">From 0.</param>
    public int At(long pull) => _ranks[pull % _ranks.Length];
}
