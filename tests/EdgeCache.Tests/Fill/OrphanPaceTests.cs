using EdgeCache.Core.Fill;
using EdgeCache.Core.Oci;
using EdgeCache.Testing;
using EdgeCache.Tests.Store;
using Xunit;

namespace EdgeCache.Tests.Fill;

public sealed class OrphanPaceTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly BlobFill _fill = new(Digest.Compute("bytes"u8), new FillOptions(), TimeProvider.System);

    [Fact]
    public async Task FillsWithoutReaders_ShareTheRate()
    {
        var pace = new OrphanPace(1000, _clock);
        var other = new BlobFill(Digest.Compute("others"u8), new FillOptions(), TimeProvider.System);

        var first = pace.PayAsync(_fill, 1000, default).AsTask();
        var second = pace.PayAsync(other, 1000, default).AsTask();
        Advance(0.9);
        Assert.False(first.IsCompleted);
        Advance(0.2);
        await first;
        Assert.False(second.IsCompleted);
        Advance(1);
        await second;
    }

    [Fact]
    public async Task ReaderThatComes_EndsTheWait()
    {
        var pace = new OrphanPace(1, _clock);
        var paying = pace.PayAsync(_fill, 1000, default).AsTask();

        using var reader = _fill.TryJoin(StoreFixture.Repository("library/a"), linked: true, -1);
        Advance(0.5);

        await paying;
        Assert.True(pace.PayAsync(_fill, 1000, default).IsCompleted);
    }

    [Fact]
    public void WithoutARate_NothingIsPaid() => Assert.True(new OrphanPace(0, _clock).PayAsync(_fill, 1000, default).IsCompleted);

    /// <summary>In small steps: each timer is set by the one before.</summary>
    private void Advance(double seconds)
    {
        for (var step = 0; step < (int)Math.Round(seconds * 20); step++)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(50));
        }
    }
}
