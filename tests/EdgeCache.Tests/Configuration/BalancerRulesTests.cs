using System.Net;
using EdgeCache.Configuration;
using EdgeCache.Fleet;
using Xunit;

namespace EdgeCache.Tests.Configuration;

public sealed class BalancerRulesTests
{
    private const string Secret = "a secret that is long enough for it";

    private static readonly MemberAddress Node = new(new Uri("http://edge-1:5000"));

    private static EdgeCacheOptions Sound { get; } = new() { Fleet = new FleetOptions { Members = [Node] } };

    [Fact]
    public void NodesByNameOrByDns_AreEnough()
    {
        Assert.Empty(BalancerRules.Check(Sound));
        Assert.Empty(BalancerRules.Check(new EdgeCacheOptions { Fleet = new FleetOptions { Dns = new Uri("http://edge:5000") } }));
    }

    [Fact]
    public void WhatOnlyANodeNeeds_IsNotAskedFor()
    {
        var options = Sound with
        {
            // A node would miss Self, its listener would collide, and it would have no folder.
            Fleet = Sound.Fleet with { Secret = Secret },
            Listen = [ListenAddress.Parse("http://127.0.0.1:5001")],
            Cache = new CacheOptions { Path = string.Empty },
        };
        Assert.Empty(BalancerRules.Check(options));
        Assert.NotEmpty(OptionsRules.Check(options));
    }

    [Fact]
    public void NoNodes_IsAnError() => Assert.Equal("EdgeCache:Fleet:Members", Assert.Single(BalancerRules.Check(new EdgeCacheOptions())).Key);

    [Fact]
    public void Redirects_NeedTheSecret()
    {
        BalancerOptions[] redirecting =
        [
            new() { RedirectListen = [ListenAddress.Parse("http://127.0.0.1:5081")] },
            new() { RedirectNetworks = [IPNetwork.Parse("10.0.0.0/8")] },
        ];
        foreach (var balancer in redirecting)
        {
            var options = Sound with { Balancer = balancer };
            Assert.Equal("EdgeCache:Fleet:Secret", Assert.Single(BalancerRules.Check(options)).Key);
            Assert.Empty(BalancerRules.Check(options with { Fleet = options.Fleet with { Secret = Secret } }));
        }
    }

    [Fact]
    public void AddressesThatCollide_AndTlsWithoutCertificate_AreErrors()
    {
        var options = Sound with
        {
            Fleet = Sound.Fleet with { Secret = Secret },
            Balancer = new BalancerOptions { RedirectListen = [ListenAddress.Parse("http://127.0.0.1:5080"), ListenAddress.Parse("https://127.0.0.1:5443")] },
        };
        Assert.Equal(
            ["EdgeCache:Balancer:RedirectListen", "EdgeCache:Certificate", "EdgeCache:CertificateKey"],
            BalancerRules.Check(options).Select(error => error.Key).Order());
    }

    [Theory]
    [InlineData("Balancer:MaxLoad", "1")]
    [InlineData("Balancer:MaxLoad", "1,5")]
    [InlineData("Balancer:Attempts", "0")]
    [InlineData("Balancer:RedirectNetworks", "10.0.0.1")]
    [InlineData("Balancer:RedirectNetworks", "10.0.0.0/33")]
    [InlineData("Balancer:MaxRequests", "0")]
    public void ValuesOutsideTheirRange_AreErrors(string key, string value)
    {
        var layers = new ConfigurationLayers();
        layers.AddFlag(key, "--flag", value);
        layers.AddFlag("Fleet:Members", "--members", "http://edge-1:5000");
        Assert.Equal("EdgeCache:" + key, Assert.Single(OptionsReader.Read(layers, BalancerRules.Check).Errors).Key);
    }
}
