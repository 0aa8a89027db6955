using EdgeCache.Core.Blobs;
using EdgeCache.Core.Oci;
using EdgeCache.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EdgeCache.Tests.Blobs;

/// <summary>What becomes of damaged files: <see cref="BlobStore.SetAside"/> and the quarantine behind it.</summary>
public sealed class QuarantineTests : IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly FakeTimeProvider _clock = new();
    private readonly FaultyDisk _disk = new();
    private readonly CacheFolder _folder;
    private readonly BlobStore _store;

    public QuarantineTests()
    {
        _folder = CacheFolder.Open(_temp.Path);
        _store = new BlobStore(_folder.Paths, _disk, _clock, NullLogger.Instance);
    }

    public void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
        _temp.Dispose();
    }

    private string[] Kept => Directory.Exists(_folder.Paths.Quarantine) ? Directory.GetFiles(_folder.Paths.Quarantine) : [];

    [Fact]
    public void SetAside_KeepsTheBytesUnderNoNameThatIsServed()
    {
        var digest = Put(1);

        Assert.Equal(UnlinkOutcome.Freed, _store.SetAside(digest, BlobPool.Blobs));

        Assert.Null(_store.Acquire(digest, BlobPool.Blobs, sizeof(int)));
        Assert.Empty(_store.Scan());
        Assert.Equal(BitConverter.GetBytes(1), File.ReadAllBytes(Assert.Single(Kept)));
    }

    [Fact]
    public async Task SetAsideWhileRead_ReaderCompletes()
    {
        var digest = Put(1);
        using var lease = _store.Acquire(digest, BlobPool.Blobs, sizeof(int))!; // It was put just now.

        Assert.Equal(UnlinkOutcome.Doomed, _store.SetAside(digest, BlobPool.Blobs));

        Assert.Equal(sizeof(int), await lease.ReadAsync(new byte[8], 0, default));
    }

    [Fact]
    public void ManyDamagedFiles_OldestAreDeleted()
    {
        for (var number = 0; number < 80; number++)
        {
            _store.SetAside(Put(number), BlobPool.Blobs);
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(64, Kept.Length);
        Assert.Contains(Kept, path => File.ReadAllBytes(path).SequenceEqual(BitConverter.GetBytes(79)));
        Assert.DoesNotContain(Kept, path => File.ReadAllBytes(path).SequenceEqual(BitConverter.GetBytes(0)));
    }

    [Fact]
    public void OldDamagedFile_IsDeleted()
    {
        _store.SetAside(Put(1), BlobPool.Blobs);
        _clock.Advance(TimeSpan.FromDays(6));
        _store.TrimQuarantine(isRoomNeeded: false);
        Assert.Single(Kept);

        _clock.Advance(TimeSpan.FromDays(2));
        _store.TrimQuarantine(isRoomNeeded: false);

        Assert.Empty(Kept);
    }

    [Fact]
    public void RoomIsNeeded_NothingIsKept()
    {
        _store.SetAside(Put(1), BlobPool.Blobs);

        _store.TrimQuarantine(isRoomNeeded: true);

        Assert.Empty(Kept);
    }

    [Fact]
    public void FileThatCannotBeMoved_IsDeleted()
    {
        var digest = Put(1);
        _disk.Fault = call => call.Name == "Move" ? FaultyDisk.NoSpace() : null;

        Assert.Equal(UnlinkOutcome.Freed, _store.SetAside(digest, BlobPool.Blobs));

        Assert.Empty(_store.Scan());
        Assert.Empty(Kept);
    }

    [Fact]
    public void FileThatCannotBeRemoved_IsNotBelieved_AndReplacedOnceTheDiskTakesBytes()
    {
        var digest = Put(1);
        _disk.Refuse(FaultyDisk.ReadOnly);

        Assert.Equal(UnlinkOutcome.Absent, _store.SetAside(digest, BlobPool.Blobs));
        Assert.False(_store.Exists(digest, BlobPool.Blobs));
        Assert.Null(_store.Find(digest));

        _disk.Recover();
        Assert.Equal(digest, Put(1));
        Assert.True(_store.Exists(digest, BlobPool.Blobs));
        Assert.Equal(2, _disk.Calls.Count(call => call.Name == "Move" && call.Path == _folder.Paths.File(BlobPool.Blobs, digest)));
    }

    private Digest Put(int number)
    {
        var content = BitConverter.GetBytes(number);
        using var writer = _store.Create(Digest.Compute(content), BlobPool.Blobs, content.Length);
        writer.Append(content);
        Assert.Equal(PublishOutcome.Published, _store.Publish(writer));
        return Digest.Compute(content);
    }
}
