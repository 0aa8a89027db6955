using EdgeCache.Core.Oci;
using EdgeCache.Load.Driving;
using EdgeCache.Load.Measuring;
using EdgeCache.Load.Workload;
using EdgeCache.Testing.Origin;
using EdgeCache.Testing.Synthetic;
using Xunit;

namespace EdgeCache.Tests.Load;

public sealed class ImagePullTests : IAsyncLifetime
{
    private static readonly SyntheticSettings Content = new(Seed: 3, Images: 16, Scale: 0.01);

    private readonly ClientStore _store = new(1000);
    private readonly RunRecorder _recorder = new();
    private FakeOrigin _origin = null!; // Set before each test.

    public async Task InitializeAsync()
    {
        _origin = await FakeOrigin.StartAsync();
        _origin.Content.Source = SyntheticRegistry.Create(Content);
    }

    public Task DisposeAsync() => _origin.DisposeAsync().AsTask();

    [Fact]
    public async Task EveryImage_ComesWholeAndOnce()
    {
        for (var image = 0; image < Content.Images; image++)
        {
            Assert.Equal((PullOutcome.Whole, null), await PullAsync(image));
            Assert.Equal((PullOutcome.UpToDate, null), await PullAsync(image));
        }

        // Layers of families came once: the clients' counts are the origin's.
        var counts = _recorder.Counts;
        var contents = _origin.Counters.Requests(OriginRequestKind.ManifestGet) + _origin.Counters.Requests(OriginRequestKind.BlobGet);
        Assert.Equal(contents, counts.Gets);
        Assert.Equal(_origin.Counters.AllBytes - _origin.Counters.Bytes(OriginRequestKind.Ping), counts.Bytes);
        Assert.Equal(2 * Content.Images, _origin.Log.Count(OriginRequestKind.ManifestHead));
        var blobs = _origin.Log.Where(When.AnyBlob);
        Assert.Equal(blobs.Count, blobs.Select(request => request.Digest).Distinct().Count());
        Assert.Equal(0, counts.Retries);
    }

    [Fact]
    public async Task CutBody_GoesOnByRange()
    {
        _origin.Faults.Add(When.AnyBlob, Fault.CutAfter(1000), times: 3);
        Assert.Equal((PullOutcome.Whole, null), await PullAsync(FindLargeImage()));
        Assert.InRange(_recorder.Counts.Resumes, 1, 3);
        Assert.Contains(_origin.Log.Where(When.AnyBlob), request => request.Range == "bytes=1000-" && request.StatusCode == 206);
    }

    [Fact]
    public async Task CutBodyOfARegistryWithoutRange_BeginsAnew()
    {
        var image = FindLargeImage();
        _origin.Behaviour.HonoursRange = false;
        _origin.Faults.Add(When.AnyBlob, Fault.CutAfter(1000), times: 2);
        Assert.Equal((PullOutcome.Whole, null), await PullAsync(image));
    }

    [Fact]
    public async Task WrongByte_IsAMismatchAndIsNotAskedForAgain()
    {
        _origin.Faults.Always(When.AnyBlob, Fault.FlipLastByte);
        var (outcome, error) = await PullAsync(0);
        Assert.Equal(PullOutcome.Mismatched, outcome);
        Assert.Contains("bytes that are not sha256:", error, StringComparison.Ordinal);
        var blobs = _origin.Log.Where(When.AnyBlob);
        Assert.Equal(blobs.Count, blobs.Select(request => request.Digest).Distinct().Count());
    }

    [Fact]
    public async Task WrongManifest_IsAMismatch()
    {
        _origin.Faults.Always(When.Kind(OriginRequestKind.ManifestGet), Fault.FlipLastByte);
        Assert.Equal(PullOutcome.Mismatched, (await PullAsync(0)).Outcome);
    }

    [Fact]
    public async Task Refusals_AreFollowedByFurtherAttemptsAtTheNextTarget()
    {
        _origin.Faults.Add(When.Any, Fault.Status(503));
        using var dead = new ConnectionPool(new Uri("http://127.0.0.1:1"));
        using var live = new ConnectionPool(_origin.Url);
        Assert.Equal((PullOutcome.Whole, null), await PullAsync(0, dead, live));
        Assert.True(_recorder.Counts.Retries >= 3, $"{_recorder.Counts.Retries} retries");
    }

    [Fact]
    public async Task WhatIsNotThere_FailsAtOnce()
    {
        using var pool = new ConnectionPool(_origin.Url);
        var requests = new RegistryRequests([pool], 0, _recorder, new PullSettings(TimeSpan.FromSeconds(30)));
        var (outcome, error) = await new ImagePull(requests, _store, TimeSpan.FromSeconds(30)).RunAsync(new WantedImage("no/such", "latest"), CancellationToken.None);
        Assert.Equal((PullOutcome.Failed, "manifest: status 404"), (outcome, error));
        Assert.Equal(0, _recorder.Counts.Retries);
    }

    [Fact]
    public void ClientStore_ForgetsTheOldest()
    {
        var store = new ClientStore(2);
        var digests = Enumerable.Range(0, 3).Select(number => Digest.Compute([(byte)number])).ToList();
        digests.ForEach(store.Add);
        store.Add(digests[2]);
        Assert.Equal([false, true, true], digests.Select(store.Holds));
    }

    /// <summary>One with a blob that is cut before its end.</summary>
    private int FindLargeImage()
    {
        for (var image = 0; image < Content.Images; image++)
        {
            var manifest = _origin.Content.FindManifest(Content.RepositoryOf(image), SyntheticSettings.Tag);
            if (manifest is { } found && ManifestDocument.TryParse(found.Manifest.Bytes, null, out var document) == ManifestOutcome.Valid
                && document!.Descriptors.Count(blob => !blob.IsManifest && blob.SizeBytes > 100_000) > 0)
            {
                return image;
            }
        }

        throw new InvalidOperationException("No image is large.");
    }

    private async Task<(PullOutcome Outcome, string? Error)> PullAsync(int image)
    {
        using var pool = new ConnectionPool(_origin.Url);
        return await PullAsync(image, pool);
    }

    private Task<(PullOutcome Outcome, string? Error)> PullAsync(int image, params ConnectionPool[] pools)
    {
        var settings = new PullSettings(TimeSpan.FromSeconds(60)) { Pause = TimeSpan.FromMilliseconds(1) };
        var wanted = new WantedImage(Content.RepositoryOf(image), SyntheticSettings.Tag);
        return new ImagePull(new RegistryRequests(pools, 0, _recorder, settings), _store, settings.Limit).RunAsync(wanted, CancellationToken.None);
    }
}
