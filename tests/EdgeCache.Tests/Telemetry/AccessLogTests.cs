using EdgeCache.Configuration;
using EdgeCache.Telemetry;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EdgeCache.Tests.Telemetry;

public sealed class AccessLogTests
{
    [Fact]
    public async Task MoreEntriesThanMayWait_AreDropped()
    {
        var output = new MemoryStream();
        using var meters = new NodeMeters();
        var log = new AccessLog(new EdgeCacheOptions(), new AccessLogOutput(() => output), new EdgeMetrics(meters), NullLogger<AccessLog>.Instance);
        for (var i = 0; i < AccessLog.MaxWaiting + 10; i++)
        {
            log.Add(AccessLogFormatTests.Entry);
        }

        log.Start();
        await log.DisposeAsync();

        Assert.Equal(AccessLog.MaxWaiting, output.ToArray().Count(character => character == '\n'));
    }

    [Fact]
    public async Task OutputThatNobodyReads_DoesNotHoldUpTheEnd()
    {
        using var meters = new NodeMeters();
        var log = new AccessLog(new EdgeCacheOptions(), new AccessLogOutput(() => new StuckStream()), new EdgeMetrics(meters), NullLogger<AccessLog>.Instance);
        log.Add(AccessLogFormatTests.Entry);
        log.Start();

        await log.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));
    }

    private sealed class StuckStream : MemoryStream
    {
        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            await Task.Delay(Timeout.Infinite, cancellationToken);
    }
}
