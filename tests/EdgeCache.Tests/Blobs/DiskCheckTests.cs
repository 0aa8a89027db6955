using System.Security.Cryptography;
using EdgeCache.Core.Blobs;
using EdgeCache.Core.Oci;
using EdgeCache.Testing;
using Xunit;

namespace EdgeCache.Tests.Blobs;

public sealed class DiskCheckTests : IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly FaultyDisk _disk = new();

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4096)]
    [InlineData(1 << 20)]
    [InlineData((1 << 20) + 1)]
    [InlineData(3_500_000)]
    public async Task AnyLength_SoundAsWritten_DamagedWithOneBitFlipped(int length)
    {
        var content = RandomNumberGenerator.GetBytes(length);
        var path = Write(content);

        Assert.Equal(CheckOutcome.Sound, await CheckAsync(path, content));

        if (length > 0)
        {
            content[length / 2] ^= 0x10;
            Assert.Equal(CheckOutcome.Damaged, await CheckAsync(path, content));
        }
    }

    [Fact]
    public async Task Sha512_IsChecked()
    {
        var content = RandomNumberGenerator.GetBytes(10_000);
        var pace = new ReadPace(TimeProvider.System, 0, 1);

        Assert.Equal(CheckOutcome.Sound, await DiskCheck.RunAsync(_disk, Write(content), Digest.Compute(content, DigestAlgorithm.Sha512), pace, default));
    }

    [Fact]
    public async Task NoFile_IsAbsent() => Assert.Equal(CheckOutcome.Absent, await CheckAsync(_temp.Combine("missing"), []));

    [Theory]
    [InlineData(5, CheckOutcome.Damaged)] // EIO
    [InlineData(24, CheckOutcome.Unknown)] // EMFILE
    [InlineData(13, CheckOutcome.Unknown)] // EACCES
    [InlineData(22, CheckOutcome.Sound)] // EINVAL: the file system cannot read past the page cache, and is read through it.
    public async Task FileThatCannotBeRead_IsDamagedOnlyWhereTheDiskSaysSo(int error, CheckOutcome expected)
    {
        var content = RandomNumberGenerator.GetBytes(100);
        var path = Write(content);
        _disk.Fault = call => call.Name == "TryOpenDirect" ? new IOException("fault", error) : null;

        Assert.Equal(expected, await CheckAsync(path, content));
    }

    [Fact]
    public async Task Rate_IsWaitedForByTheClock()
    {
        var clock = new FakeTimeProvider();
        var content = new byte[2 << 20];
        var check = DiskCheck.RunAsync(_disk, Write(content), Digest.Compute(content), new ReadPace(clock, 1 << 20, 1), default).AsTask();

        await Eventually.TrueAsync(() => clock.ActiveTimers == 1);
        Assert.False(check.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(1));
        await Eventually.TrueAsync(() => clock.ActiveTimers == 1);
        Assert.False(check.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(CheckOutcome.Sound, await check.WaitAsync(TimeSpan.FromSeconds(60)));
    }

    private string Write(byte[] content)
    {
        var path = _temp.Combine($"{Guid.NewGuid():n}");
        File.WriteAllBytes(path, content);
        return path;
    }

    private ValueTask<CheckOutcome> CheckAsync(string path, byte[] content) =>
        DiskCheck.RunAsync(_disk, path, Digest.Compute(content), new ReadPace(TimeProvider.System, 0, 1), default);
}
