namespace EdgeCache.Testing.Origin;

/// <summary>What an origin was asked so far and what it sent, by kind of request. Safe for concurrent use; each number is read on its own.</summary>
public sealed class OriginCounters
{
    private static readonly int Kinds = Enum.GetValues<OriginRequestKind>().Length;

    private readonly long[] _requests = new long[Kinds];
    private readonly long[] _contents = new long[Kinds];
    private readonly long[] _bytes = new long[Kinds];

    /// <summary>Of all kinds, as they arrived.</summary>
    public long AllRequests => Sum(_requests);

    /// <summary>Body bytes of all kinds.</summary>
    public long AllBytes => Sum(_bytes);

    /// <summary>Requests as they arrived.</summary>
    public long Requests(OriginRequestKind kind) => Interlocked.Read(ref _requests[(int)kind]);

    /// <summary>Requests that were answered with content (200 or 206), counted when the origin is done with them.</summary>
    public long Contents(OriginRequestKind kind) => Interlocked.Read(ref _contents[(int)kind]);

    /// <summary>Body bytes that were handed to connections, errors' included.</summary>
    public long Bytes(OriginRequestKind kind) => Interlocked.Read(ref _bytes[(int)kind]);

    internal void CountRequest(OriginRequestKind kind) => Interlocked.Increment(ref _requests[(int)kind]);

    internal void CountContent(OriginRequestKind kind) => Interlocked.Increment(ref _contents[(int)kind]);

    internal void CountBytes(OriginRequestKind kind, long count) => Interlocked.Add(ref _bytes[(int)kind], count);

    private static long Sum(long[] counts)
    {
        var sum = 0L;
        for (var kind = 0; kind < counts.Length; kind++)
        {
            sum += Interlocked.Read(ref counts[kind]);
        }

        return sum;
    }
}
