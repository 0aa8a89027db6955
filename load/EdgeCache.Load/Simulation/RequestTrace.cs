using System.Buffers.Binary;
using EdgeCache.Core.Oci;

namespace EdgeCache.Load.Simulation;

/// <summary>Requests in their order, each for one of the objects, which are numbered from 0. Immutable.</summary>
internal sealed class RequestTrace
{
    private readonly int[] _requests;
    private readonly long[] _sizes;

    /// <param name="requests">The object of each request.</param>
    /// <param name="sizes">Of each object, in bytes; every object is requested at least once.</param>
    public RequestTrace(int[] requests, long[] sizes)
    {
        (_requests, _sizes) = (requests, sizes);
        TotalBytes = sizes.Sum();
        Digests = [.. Enumerable.Range(0, sizes.Length).Select(DigestOf)];
    }

    public ReadOnlySpan<int> Requests => _requests;

    public ReadOnlySpan<long> SizeBytes => _sizes;

    /// <summary>Of each object: made of its number, so that where a digest is at home does not depend on the trace.</summary>
    public IReadOnlyList<Digest> Digests { get; }

    public int Objects => _sizes.Length;

    /// <summary>Of all objects, each once.</summary>
    public long TotalBytes { get; }

    /// <summary>The same requests for objects of one size.</summary>
    public RequestTrace WithSize(long sizeBytes)
    {
        var sizes = new long[_sizes.Length];
        Array.Fill(sizes, sizeBytes);
        return new RequestTrace(_requests, sizes);
    }

    private static Digest DigestOf(int number)
    {
        Span<byte> content = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(content, number);
        return Digest.Compute(content);
    }
}
