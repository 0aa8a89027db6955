using EdgeCache.Origin;
using EdgeCache.Testing;
using Xunit;

namespace EdgeCache.Tests.Origin;

public sealed class StallGuardStreamTests
{
    private static readonly TimeSpan StallTimeout = TimeSpan.FromSeconds(30);
    private readonly FakeTimeProvider _clock = new();
    private readonly Observer _observer = new();

    [Fact]
    public async Task DrippingBody_EndsAtTheMinimumRate()
    {
        await using var body = Guard(new Drip(_clock, TimeSpan.FromSeconds(10), bytes: 100), minBytesPerSecond: 11);

        var buffer = new byte[1000];
        Assert.Equal(100, await body.ReadAsync(buffer));
        Assert.Equal(100, await body.ReadAsync(buffer));
        await Assert.ThrowsAsync<TimeoutException>(() => body.ReadAsync(buffer).AsTask());

        Assert.Equal("less than the minimum rate", _observer.Broken);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(0)]
    public async Task BodyAtTheMinimumRate_IsReadToItsEnd(long minBytesPerSecond)
    {
        await using var body = Guard(new Drip(_clock, TimeSpan.FromSeconds(10), bytes: 100, reads: 50), minBytesPerSecond);

        var buffer = new byte[1000];
        var readBytes = 0;
        int count;
        while ((count = await body.ReadAsync(buffer)) > 0)
        {
            readBytes += count;
        }

        Assert.Equal(5000, readBytes);
        Assert.Null(_observer.Broken);
    }

    [Fact]
    public async Task SlowReader_DoesNotMakeTheBodySlow()
    {
        await using var body = Guard(new Drip(_clock, TimeSpan.FromMilliseconds(1), bytes: 1), minBytesPerSecond: 1000);

        for (var read = 0; read < 100; read++)
        {
            Assert.Equal(1, await body.ReadAsync(new byte[1]));
            _clock.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Null(_observer.Broken);
    }

    private StallGuardStream Guard(Stream inner, long minBytesPerSecond) => new(inner, StallTimeout, minBytesPerSecond, _observer, _clock);

    /// <summary>Some bytes at every read, each of which takes some time.</summary>
    private sealed class Drip(FakeTimeProvider clock, TimeSpan pause, int bytes, int reads = int.MaxValue) : ReadOnlyStream
    {
        private int _reads;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            clock.Advance(pause);
            return ValueTask.FromResult(_reads++ < reads ? bytes : 0);
        }
    }

    private sealed class Observer : IBodyObserver
    {
        public string? Broken { get; private set; }

        public void BytesRead(int bytes)
        {
        }

        public void BodyBroken(string reason) => Broken = reason;
    }
}
