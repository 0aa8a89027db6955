using System.Net;
using EdgeCache.Demo;
using Xunit;

namespace EdgeCache.Tests.Testing;

public sealed class SampleRegistryTests
{
    [Fact]
    public async Task EveryManifestAndBlob_IsServedAndCounted()
    {
        var repositories = SampleImages.CreateAll(largeLayerBytes: 100_000);
        await using var registry = await SampleRegistry.StartAsync(repositories, CancellationToken.None);
        using var client = new HttpClient { BaseAddress = registry.Url };

        foreach (var repository in repositories)
        {
            foreach (var (digest, manifest) in repository.Manifests)
            {
                Assert.Equal(manifest.Bytes, await client.GetByteArrayAsync($"/v2/{repository.Name}/manifests/{digest}"));
            }

            foreach (var (digest, blob) in repository.Blobs)
            {
                Assert.Equal(blob, await client.GetByteArrayAsync($"/v2/{repository.Name}/blobs/{digest}"));
            }
        }

        Assert.Equal(repositories.Sum(repository => repository.Manifests.Count), registry.Counters.ManifestGets);
        Assert.Equal(repositories.Sum(repository => repository.Blobs.Count), registry.Counters.BlobGets);
        Assert.Equal(
            repositories.Sum(repository => repository.Manifests.Values.Sum(manifest => manifest.Bytes.Length) + repository.Blobs.Values.Sum(blob => blob.Length)),
            registry.Counters.BytesSent);
    }

    [Theory]
    [InlineData("bytes=10-19", HttpStatusCode.PartialContent, 10)]
    [InlineData("bytes=-5", HttpStatusCode.PartialContent, 5)]
    [InlineData("bytes=999999999-", HttpStatusCode.RequestedRangeNotSatisfiable, null)]
    public async Task Range_IsHonoured(string range, HttpStatusCode status, int? length)
    {
        var repository = SampleImages.CreateMultiArch("library/hello", 1);
        await using var registry = await SampleRegistry.StartAsync([repository], CancellationToken.None);
        using var client = new HttpClient { BaseAddress = registry.Url };
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v2/library/hello/blobs/{repository.Blobs.Keys.First()}");
        request.Headers.TryAddWithoutValidation("Range", range);

        using var response = await client.SendAsync(request);

        Assert.Equal(status, response.StatusCode);
        Assert.Equal(length ?? response.Content.Headers.ContentLength, response.Content.Headers.ContentLength);
    }

    [Theory]
    [InlineData("/v2/library/none/manifests/latest")]
    [InlineData("/v2/library/hello/manifests/none")]
    [InlineData("/v2/library/hello/blobs/sha256:00")]
    [InlineData("/")]
    public async Task WhatIsNotThere_IsNotFound(string path)
    {
        await using var registry = await SampleRegistry.StartAsync([SampleImages.CreateMultiArch("library/hello", 1)], CancellationToken.None);
        using var client = new HttpClient { BaseAddress = registry.Url };

        using var response = await client.GetAsync(path);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }
}
