using EdgeCache.Core.Caching;
using Xunit;

namespace EdgeCache.Tests.Caching;

public sealed class OutageContractTests
{
    [Theory]
    [InlineData(OutageKind.Unreachable, OutageAction.Stale)]
    [InlineData(OutageKind.ServerError, OutageAction.Stale)]
    [InlineData(OutageKind.RateLimited, OutageAction.Stale)]
    [InlineData(OutageKind.Denied, OutageAction.Pass)]
    [InlineData(OutageKind.NotFound, OutageAction.Pass)]
    [InlineData(OutageKind.Offline, OutageAction.Stale)]
    public void Default_BridgesFailuresAndPassesRefusalsOn(OutageKind kind, OutageAction action) =>
        Assert.Equal(action, OutageContract.Default.For(kind));

    [Fact]
    public void EachKind_HasItsOwnAction()
    {
        var contract = new OutageContract
        {
            Unreachable = OutageAction.Fail,
            ServerError = OutageAction.Pass,
            RateLimited = OutageAction.Fail,
            Denied = OutageAction.Stale,
            NotFound = OutageAction.Fail,
        };

        Assert.Equal(
            [OutageAction.Fail, OutageAction.Pass, OutageAction.Fail, OutageAction.Stale, OutageAction.Fail, OutageAction.Stale],
            Enum.GetValues<OutageKind>().Select(contract.For));
    }

    [Fact]
    public void Rule_HasTheDefaultContract() =>
        Assert.Same(OutageContract.Default, new FreshnessRule(TimeSpan.Zero, TimeSpan.Zero).Outage);
}
