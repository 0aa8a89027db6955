using EdgeCache.Core.Oci;

namespace EdgeCache.Lab.Work;

/// <summary>Blobs of many lengths that a seed makes, the same in every process.</summary>
internal sealed class LabContent
{
    private const int MaxBytes = 600_000;
    private readonly Dictionary<Digest, byte[]> _byDigest = [];

    public LabContent(int seed, int count)
    {
        var chance = new Random(seed);
        for (var number = 0; number < count; number++)
        {
            // As many small ones as large ones.
            var bytes = new byte[(int)Math.Exp(chance.NextDouble() * Math.Log(MaxBytes))];
            chance.NextBytes(bytes);
            _byDigest[Digest.Compute(bytes, DigestAlgorithm.Sha256)] = bytes;
        }

        Digests = [.. _byDigest.Keys];
    }

    public IReadOnlyList<Digest> Digests { get; }

    public long TotalBytes => _byDigest.Values.Sum(bytes => (long)bytes.Length);

    public byte[]? Find(in Digest digest) => _byDigest.GetValueOrDefault(digest);
}
