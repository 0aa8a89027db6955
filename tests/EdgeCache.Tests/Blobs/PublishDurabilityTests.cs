using EdgeCache.Core.Blobs;
using EdgeCache.Core.Oci;
using EdgeCache.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EdgeCache.Tests.Blobs;

/// <summary>In which order a blob becomes durable, and what is left where a step fails (PROMISES, power cut and fsync error).</summary>
public sealed class PublishDurabilityTests : IDisposable
{
    private static readonly byte[] Content = [.. "some bytes of a layer"u8];
    private static readonly Digest ContentDigest = Digest.Compute(Content);

    private readonly TempFolder _temp = new();
    private readonly FaultyDisk _disk = new();
    private readonly CacheFolder _folder;
    private readonly BlobStore _store;

    public PublishDurabilityTests()
    {
        _folder = CacheFolder.Open(_temp.Path);
        _store = new BlobStore(_folder.Paths, _disk, TimeProvider.System, NullLogger.Instance);
    }

    public void Dispose()
    {
        Assert.Equal(0, _store.OpenFiles);
        Assert.Empty(Directory.EnumerateFiles(_folder.Paths.Temporary));
        _store.Dispose();
        _folder.Dispose();
        _temp.Dispose();
    }

    private string Final => _folder.Paths.File(BlobPool.Blobs, ContentDigest);

    private string Fanned => _folder.Paths.Folder(BlobPool.Blobs, ContentDigest);

    [Fact]
    public void Publish_MakesTheBytesDurableBeforeTheName_AndTheNameBeforeItIsTold()
    {
        Assert.Equal(PublishOutcome.Published, Put());

        var temporary = _disk.Calls[0].Path;
        Assert.StartsWith(_folder.Paths.Temporary, temporary, StringComparison.Ordinal);
        Assert.Equal(
            [
                new DiskCall("Create", temporary), new DiskCall("Write", temporary), new DiskCall("SyncFile", temporary),
                new DiskCall("CreateFolder", Fanned), new DiskCall("SyncFolder", Path.GetDirectoryName(Fanned)!), // A folder of a pool has one above it.
                new DiskCall("Move", Final), new DiskCall("SyncFolder", Fanned),
            ],
            _disk.Calls);
    }

    [Fact]
    public void LengthThatWasNotForeseen_IsSetBeforeItIsMadeDurable()
    {
        Assert.Equal(PublishOutcome.Published, Put(expectedBytes: 0));

        var names = _disk.Calls.Select(call => call.Name).ToList();
        Assert.True(names.IndexOf("SyncFile") > names.LastIndexOf("Write"));
        Assert.True(names.IndexOf("SyncFile") > names.LastIndexOf("SetLength"));
    }

    [Theory]
    [InlineData("SyncFile")]
    [InlineData("CreateFolder")]
    [InlineData("Move")]
    public void StepBeforeTheName_Fails_NothingIsThereAndNothingIsTriedAgain(string step)
    {
        _disk.Fault = call => call.Name == step ? FaultyDisk.InputOutput() : null;

        Assert.Throws<IOException>(() => Put());

        Assert.Single(_disk.Calls, call => call.Name == step);
        Assert.False(File.Exists(Final));
        Assert.Null(_store.Acquire(ContentDigest, BlobPool.Blobs, Content.Length));
    }

    [Fact]
    public void NameThatIsNotDurable_IsTakenBack()
    {
        _disk.Fault = call => call is { Name: "SyncFolder" } && call.Path == Fanned ? FaultyDisk.InputOutput() : null;

        Assert.Throws<IOException>(() => Put());

        Assert.Single(_disk.Calls, call => call.Name == "SyncFolder" && call.Path == Fanned);
        Assert.False(File.Exists(Final));
        Assert.Null(_store.Acquire(ContentDigest, BlobPool.Blobs, Content.Length));
    }

    [Fact]
    public void BytesThatCouldNotBeMadeDurable_AreWrittenAnewByTheNext()
    {
        _disk.Fault = call => call.Name == "SyncFile" ? FaultyDisk.InputOutput() : null;
        Assert.Throws<IOException>(() => Put());
        _disk.Recover();

        Assert.Equal(PublishOutcome.Published, Put());

        var created = _disk.Calls.Where(call => call.Name == "Create").Select(call => call.Path).ToList();
        Assert.Equal(2, created.Distinct().Count());
        Assert.Equal(created, _disk.Calls.Where(call => call.Name == "SyncFile").Select(call => call.Path));
        Assert.Equal(Content, File.ReadAllBytes(Final));
    }

    [Fact]
    public void FolderThatIsKnownToBeDurable_IsNotMadeSoAgain()
    {
        Put();
        _store.Unlink(ContentDigest, BlobPool.Blobs);

        Put();

        Assert.Single(_disk.Calls, call => call.Name == "CreateFolder");
    }

    private PublishOutcome Put(long? expectedBytes = null)
    {
        using var writer = _store.Create(ContentDigest, BlobPool.Blobs, expectedBytes ?? Content.Length);
        writer.Append(Content);
        return _store.Publish(writer);
    }
}
