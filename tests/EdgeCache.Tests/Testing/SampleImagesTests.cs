using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;
using EdgeCache.Core.Oci;
using EdgeCache.Demo;
using Xunit;

namespace EdgeCache.Tests.Testing;

public sealed class SampleImagesTests
{
    [Fact]
    public void SameSeed_GivesTheSameBytes()
    {
        var first = SampleImages.CreateAll(seed: 4, largeLayerBytes: 100_000);
        var second = SampleImages.CreateAll(seed: 4, largeLayerBytes: 100_000);

        Assert.Equal(first.SelectMany(repository => repository.Manifests.Keys), second.SelectMany(repository => repository.Manifests.Keys));
        Assert.NotEqual(first[0].Tags["latest"], SampleImages.CreateMultiArch("library/hello", 5).Tags["latest"]);
    }

    [Fact]
    public void EveryDescriptor_NamesContentOfItsDigestAndSize()
    {
        foreach (var repository in SampleImages.CreateAll(largeLayerBytes: 100_000))
        {
            foreach (var manifest in repository.Manifests.Values)
            {
                using var document = JsonDocument.Parse(manifest.Bytes);
                Assert.Equal(manifest.MediaType, document.RootElement.GetProperty("mediaType").GetString());
                foreach (var descriptor in ListDescriptors(document.RootElement))
                {
                    var digest = Digest.Parse(descriptor.GetProperty("digest").GetString());
                    var bytes = repository.Blobs.GetValueOrDefault(digest) ?? repository.Manifests[digest].Bytes;
                    Assert.Equal(digest, Digest.Compute(bytes));
                    Assert.Equal(bytes.Length, descriptor.GetProperty("size").GetInt32());
                }
            }
        }
    }

    [Fact]
    public void GzipLayer_IsATarWhoseDigestIsTheDiffId()
    {
        var layer = SampleLayer.Gzip(9, 10_000);

        using var tar = new MemoryStream();
        using (var gzip = new GZipStream(new MemoryStream(layer.Bytes), CompressionMode.Decompress))
        {
            gzip.CopyTo(tar);
        }

        Assert.Equal(layer.DiffId, Digest.Compute(tar.ToArray()));
        tar.Position = 0;
        using var reader = new TarReader(tar);
        Assert.Equal("samples/", reader.GetNextEntry()?.Name);
    }

    [Fact]
    public void ManyLayers_AreThirtyFive()
    {
        var repository = SampleImages.CreateManyLayers("library/layers", 1);

        using var manifest = JsonDocument.Parse(repository.Manifests[repository.Tags["latest"]].Bytes);

        Assert.Equal(SampleImages.ManyLayers, manifest.RootElement.GetProperty("layers").GetArrayLength());
    }

    private static IEnumerable<JsonElement> ListDescriptors(JsonElement manifest)
    {
        foreach (var name in new[] { "config", "subject" })
        {
            if (manifest.TryGetProperty(name, out var single))
            {
                yield return single;
            }
        }

        foreach (var name in new[] { "layers", "manifests" })
        {
            if (manifest.TryGetProperty(name, out var many))
            {
                foreach (var descriptor in many.EnumerateArray())
                {
                    yield return descriptor;
                }
            }
        }
    }
}
