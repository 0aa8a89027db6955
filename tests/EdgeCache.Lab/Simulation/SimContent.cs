using EdgeCache.Core.Oci;

namespace EdgeCache.Lab.Simulation;

/// <summary>What there is upstream: some blobs, from none to several pieces long, each in some of the repositories.</summary>
internal sealed class SimContent
{
    private const int Blobs = 9;

    /// <summary>Around the lengths where something changes: nothing, what is held back, a piece, two pieces, a beginning that is worth keeping.</summary>
    private static readonly int[] Lengths = [0, 1, 4_000, 64 * 1024, (64 * 1024) + 1, 100_000, 200_000, 300_000, 3_000_000];
    private readonly Dictionary<Digest, SimObject> _byDigest = [];

    public SimContent(Random chance)
    {
        for (var number = 0; number < Blobs; number++)
        {
            var bytes = new byte[Lengths[number]];
            chance.NextBytes(bytes);
            var holders = Repositories.Where(_ => chance.Next(2) == 0).Append(Repositories[chance.Next(Repositories.Count)]).ToHashSet();
            var blob = new SimObject(number, bytes, Digest.Compute(bytes, DigestAlgorithm.Sha256), holders);
            _byDigest.TryAdd(blob.Digest, blob);
        }

        Objects = [.. _byDigest.Values.OrderBy(blob => blob.Number)];
    }

    public IReadOnlyList<RepositoryKey> Repositories { get; } =
    [
        new("docker.io", RepositoryName.Parse("library/one")),
        new("docker.io", RepositoryName.Parse("library/two")),
        new("quay.io", RepositoryName.Parse("library/one")),
    ];

    public IReadOnlyList<SimObject> Objects { get; }

    public long TotalBytes => Objects.Sum(blob => (long)blob.Bytes.Length);

    public SimObject Find(Digest digest) => _byDigest[digest];
}
