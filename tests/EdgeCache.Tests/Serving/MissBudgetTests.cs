using System.Net;
using EdgeCache.Configuration;
using EdgeCache.Core.Fill;
using EdgeCache.Serving;
using EdgeCache.Telemetry;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace EdgeCache.Tests.Serving;

public sealed class MissBudgetTests
{
    [Fact]
    public void EachClient_HasABudgetOfItsOwn()
    {
        using var budget = Create(new LimitOptions { MissesPerMinute = 3 });

        Assert.Equal(3, Enumerable.Range(0, 10).Count(_ => budget.TrySpend(From("192.0.2.1"), new RequestRecord())));
        Assert.True(budget.TrySpend(From("192.0.2.2"), new RequestRecord()));
    }

    [Fact]
    public void OneIPv6Network_IsOneClient_AndAMappedAddressIsTheIPv4()
    {
        using var budget = Create(new LimitOptions { MissesPerMinute = 1 });

        Assert.True(budget.TrySpend(From("2001:db8:1:2::1"), new RequestRecord()));
        Assert.False(budget.TrySpend(From("2001:db8:1:2:ffff::1"), new RequestRecord()));
        Assert.True(budget.TrySpend(From("2001:db8:1:3::1"), new RequestRecord()));
        Assert.True(budget.TrySpend(From("::ffff:192.0.2.1"), new RequestRecord()));
        Assert.False(budget.TrySpend(From("192.0.2.1"), new RequestRecord()));
    }

    [Fact]
    public void SiblingsAndNoLimit_SpendNothing()
    {
        using var none = Create(new LimitOptions { MissesPerMinute = 0 });
        using var one = Create(new LimitOptions { MissesPerMinute = 1 });

        Assert.All(Enumerable.Range(0, 100), _ => Assert.True(none.TrySpend(From("192.0.2.1"), new RequestRecord())));
        Assert.All(Enumerable.Range(0, 100), _ => Assert.True(one.TrySpend(From("192.0.2.1"), new RequestRecord { Scope = FetchScope.Upstream })));
    }

    [Theory]
    [InlineData("10.0.0.1", "192.0.2.1", "192.0.2.1")]
    [InlineData("10.0.0.1", "203.0.113.9, 192.0.2.1, 10.0.0.2", "192.0.2.1")]
    [InlineData("10.0.0.1", "192.0.2.1, nonsense", "10.0.0.1")]
    [InlineData("10.0.0.1", null, "10.0.0.1")]
    [InlineData("192.0.2.7", "192.0.2.1", "192.0.2.7")]
    public void ForwardedClient_IsBelievedFromTrustedProxiesOnly(string connection, string? forwarded, string client)
    {
        var addresses = new ClientAddresses(new LimitOptions { TrustedProxies = [IPNetwork.Parse("10.0.0.0/8")] });

        Assert.Equal(IPAddress.Parse(client), addresses.Of(From(connection, forwarded)));
    }

    private static MissBudget Create(LimitOptions limits) => new(limits, new ClientAddresses(limits));

    private static DefaultHttpContext From(string address, string? forwarded = null)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = IPAddress.Parse(address);
        if (forwarded is not null)
        {
            context.Request.Headers["X-Forwarded-For"] = forwarded;
        }

        return context;
    }
}
