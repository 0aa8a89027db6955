using EdgeCache.Load.Measuring;
using EdgeCache.Load.Scenarios.Runs;
using Xunit;

namespace EdgeCache.Tests.Load;

public class RunJudgeTests
{
    private const string Metrics = """
        # TYPE edgecache_requests_total counter
        edgecache_requests_total{from="client",kind="blob",method="get",result="hit",status="200",upstream="a"} 70
        edgecache_requests_total{from="client",kind="blob",method="get",result="miss",status="200",upstream="a"} 20
        edgecache_requests_total{from="client",kind="manifest",method="get",result="revalidated",status="200",upstream="a"} 10
        edgecache_requests_total{from="client",kind="manifest",method="head",result="miss",status="200",upstream="a"} 5
        edgecache_requests_total{from="sibling",kind="blob",method="get",result="miss",status="200",upstream="a"} 5
        edgecache_requests_total{from="client",kind="blob",method="get",result="error",status="502",upstream="a"} 5
        edgecache_requests_total{from="client",kind="tags_list",method="get",result="forwarded",status="200",upstream="a"} 5
        edgecache_served_bytes_total{from="client",kind="blob",result="hit",upstream="a"} 900
        edgecache_served_bytes_total{from="client",kind="manifest",result="revalidated",upstream="a"} 100
        edgecache_served_bytes_total{from="client",kind="tags_list",result="forwarded",upstream="a"} 7
        edgecache_origin_bytes_total{kind="blob",upstream="a"} 240
        edgecache_origin_bytes_total{kind="manifest",upstream="a"} 10
        edgecache_origin_bytes_total{kind="token",upstream="a"} 9
        """;

    [Fact]
    public void NodeCounts_AreOfGetsOfContentByClients() => Assert.Equal(new NodeCounts(100, 20, 1000, 250), NodeCounts.Parse(Metrics));

    [Theory]
    [InlineData(200, 2000, true)]
    [InlineData(200, 2001, true)]
    [InlineData(202, 2000, false)]
    [InlineData(200, 2030, false)]
    public void HitRates_MustAgree(long upstreamGets, long upstreamBytes, bool isGood)
    {
        var total = Total(new RunCounts { Pulls = 100, Gets = 1000, Bytes = 10_000 }, upstreamGets, upstreamBytes, new NodeCounts(1000, 200, 10_000, 2000));
        Assert.Equal(isGood, Verdict(total, hasLostNode: false, "hit rate as claimed").IsGood);
        Assert.Null(Verdict(total, hasLostNode: true, "hit rate as claimed").IsGood);
    }

    [Fact]
    public void UnknownCounters_AreNotJudged() =>
        Assert.Null(Verdict(Total(new RunCounts { Pulls = 1, Gets = 1, Bytes = 1 }, null, null, null), hasLostNode: false, "hit rate as claimed").IsGood);

    [Fact]
    public void FailuresAndMismatches_AreNotGood()
    {
        var bad = Total(new RunCounts { Failures = 1, Mismatches = 1 }, null, null, null);
        Assert.All((string[])["every digest right", "no pull failed", "something was pulled"], name => Assert.False(Verdict(bad, hasLostNode: false, name).IsGood));
    }

    [Fact]
    public void FlatRule_ComparesTheLastQuarterWithTheSecond()
    {
        var rule = new FlatRule("memory", Share: 0.05, Amount: 10, "MiB");
        Assert.True(rule.Judge([.. Enumerable.Range(0, 40).Select(second => second < 10 ? second * 10.0 : 100)]).IsGood);
        Assert.True(rule.Judge([.. Enumerable.Range(0, 40).Select(second => second < 30 ? 100.0 : 115)]).IsGood);
        Assert.False(rule.Judge([.. Enumerable.Range(0, 40).Select(second => 100.0 + second)]).IsGood);
        Assert.Null(rule.Judge([100, 100, 100]).IsGood);
    }

    [Theory]
    [InlineData(0.80, 0.80, true)]
    [InlineData(0.81, 0.79, true)]
    [InlineData(0.83, 0.80, false)]
    [InlineData(0.80, 0.77, false)]
    public void HitRate_MustBeAsSimulated(double byCount, double byBytes, bool isGood)
    {
        var total = Total(new RunCounts { Pulls = 100, Gets = 1000, Bytes = 10_000 }, 200, 2000, null);
        Assert.Equal(isGood, Verdict(total, hasLostNode: false, "hit rate as simulated", new HitRate(byCount, byBytes)).IsGood);
        Assert.Null(Verdict(total, hasLostNode: true, "hit rate as simulated", new HitRate(byCount, byBytes)).IsGood);
        Assert.Null(Verdict(total, hasLostNode: false, "hit rate as simulated").IsGood);
    }

    private static RunVerdict Verdict(RunSample total, bool hasLostNode, string name, HitRate? simulated = null) =>
        RunJudge.Judge(new RunSettings { Scenario = "churn" }, total, [], simulated, hasLostNode).Single(verdict => verdict.Name == name);

    private static RunSample Total(RunCounts clients, long? upstreamGets, long? upstreamBytes, NodeCounts? nodes) =>
        new(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10), clients, default, default, upstreamGets, upstreamBytes, nodes, null, 0);
}
