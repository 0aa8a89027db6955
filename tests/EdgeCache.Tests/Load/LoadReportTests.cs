using System.Text.Json;
using EdgeCache.Load.Measuring;
using EdgeCache.Load.Reporting;
using Xunit;

namespace EdgeCache.Tests.Load;

public class LoadReportTests
{
    [Fact]
    public void Json_HasEveryFigureWithDurationsInSeconds()
    {
        var figures = new Spread(TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(2), TimeSpan.FromMilliseconds(3), TimeSpan.FromMilliseconds(4));
        var report = new LoadReport("hit", "hit --size 4KiB", DateTimeOffset.UnixEpoch, MachineFacts.Read(), [figures]);
        var json = JsonDocument.Parse(report.ToJson()).RootElement;
        Assert.Equal("hit --size 4KiB", json.GetProperty("commandLine").GetString());
        Assert.Equal(Environment.ProcessorCount, json.GetProperty("machine").GetProperty("processorCount").GetInt32());
        Assert.Equal(0.002, json.GetProperty("figures")[0].GetProperty("p50").GetDouble());
    }
}
