using System.Security.Cryptography;
using EdgeCache.Core.Oci;
using EdgeCache.Testing.Synthetic;
using Xunit;

namespace EdgeCache.Tests.Testing;

public class SyntheticRegistryTests
{
    private static readonly SyntheticSettings Settings = new(Seed: 1, Images: 24, Scale: 0.001);

    [Fact]
    public void SameSettings_GiveTheSameImages()
    {
        var (one, same) = (SyntheticRegistry.Create(Settings), SyntheticRegistry.Create(Settings));
        var other = SyntheticRegistry.Create(Settings with { Seed = 2 });
        Assert.Equal(Roots(one), Roots(same));
        Assert.Equal(one.Bytes, same.Bytes);
        Assert.Empty(Roots(one).Intersect(Roots(other)));
        Assert.Equal(Settings.Images, Roots(one).Distinct().Count());
    }

    [Fact]
    public void EveryBlobAndManifest_IsWhatItsDigestSays()
    {
        var registry = SyntheticRegistry.Create(Settings);
        var digests = new HashSet<Digest>();
        for (var image = 0; image < Settings.Images; image++)
        {
            var repository = Settings.RepositoryOf(image);
            foreach (var blob in BlobsOf(registry, repository))
            {
                var body = registry.FindBlob(repository, blob.Digest);
                Assert.NotNull(body);
                Assert.Equal(blob.SizeBytes, body.Length);
                Assert.Equal(blob.Digest.Hash, SHA256.HashData(body.ToArray()));
                Assert.Equal(body.ToArray()[7..], body.Slice(7, body.Length - 7).ToArray());
                digests.Add(blob.Digest);
            }
        }

        // Families share layers, and only within themselves.
        Assert.True(digests.Count < Enumerable.Range(0, Settings.Images).Sum(image => BlobsOf(registry, Settings.RepositoryOf(image)).Count()));
        Assert.Null(registry.FindBlob(Settings.RepositoryOf(0), BlobsOf(registry, Settings.RepositoryOf(1)).Last().Digest));
    }

    [Fact]
    public void DeployWave_ChangesItsShareOfTheTagsAndKeepsTheFamilysLayers()
    {
        var registry = SyntheticRegistry.Create(Settings);
        var before = Roots(registry);
        Assert.Equal(0, registry.Deploy(0));
        Assert.Equal(Settings.Images, registry.Deploy(1));
        Assert.Empty(before.Intersect(Roots(registry)));
        var repository = Settings.RepositoryOf(0);
        Assert.NotNull(registry.FindManifest(repository, Reference.Parse(before[0].ToString())));
        var after = Roots(registry);
        var changed = registry.Deploy(0.5);
        Assert.InRange(changed, 1, Settings.Images - 1);
        Assert.Equal(Settings.Images - changed, after.Intersect(Roots(registry)).Count());
    }

    [Fact]
    public void OneTimers_AreMadeWhenTheyAreAskedForAndAreThereAgain()
    {
        var registry = SyntheticRegistry.Create(Settings);
        var repository = SyntheticSettings.RepositoryOfOneTimer(5);
        var first = registry.FindManifest(repository, Reference.Parse(SyntheticSettings.Tag));
        Assert.NotNull(first);
        // Another one takes its place meanwhile.
        Assert.NotNull(registry.FindManifest(SyntheticSettings.RepositoryOfOneTimer(5 + 4096), Reference.Parse(SyntheticSettings.Tag)));
        Assert.Equal(first.Value.Digest, registry.FindManifest(repository, Reference.Parse(SyntheticSettings.Tag))?.Digest);
        Assert.Null(registry.FindManifest("synthetic/twice/image-5", Reference.Parse(SyntheticSettings.Tag)));
        Assert.Null(registry.FindManifest(repository, Reference.Parse("v1")));
    }

    [Fact]
    public void Sizes_AreThoseOfTheTrace()
    {
        const int steps = 100_000;
        var sizes = Enumerable.Range(0, steps).Select(step => BlobSizes.At((double)step / steps)).ToList();
        Assert.Equal(sizes.Order(), sizes);
        Assert.InRange(sizes.Count(size => size > 64L << 20) / (double)steps, 0.0580, 0.0590);
        Assert.InRange(sizes.Count(size => size > 256L << 20) / (double)steps, 0.0050, 0.0062);
        Assert.InRange(sizes.Count(size => size > 1L << 30) / (double)steps, 0.0004, 0.0006);
        Assert.InRange(sizes.Average(size => (double)size), 10e6, 18e6);
    }

    private static List<Digest> Roots(SyntheticRegistry registry) =>
        [.. Enumerable.Range(0, Settings.Images).Select(image => registry.FindManifest(Settings.RepositoryOf(image), Reference.Parse(SyntheticSettings.Tag))!.Value.Digest)]; // All are there.

    private static IEnumerable<Descriptor> BlobsOf(SyntheticRegistry registry, string repository)
    {
        var pending = new Queue<Reference>([Reference.Parse(SyntheticSettings.Tag)]);
        while (pending.TryDequeue(out var reference))
        {
            Assert.Equal(ManifestOutcome.Valid, ManifestDocument.TryParse(registry.FindManifest(repository, reference)!.Value.Manifest.Bytes, null, out var document)); // It is there.
            foreach (var named in document!.Descriptors) // Valid: it is set.
            {
                if (named.IsManifest)
                {
                    pending.Enqueue(Reference.Parse(named.Digest.ToString()));
                }
                else
                {
                    yield return named;
                }
            }
        }
    }
}
