using EdgeCache.Origin;
using EdgeCache.Routing;
using Xunit;

namespace EdgeCache.Tests.Routing;

public sealed class UpstreamMapTests
{
    private static readonly UpstreamOptions Hub = Upstream("docker.io", "hub.edge");
    private static readonly UpstreamOptions Local = Upstream("local:5000", "local.edge");
    private static readonly UpstreamMap Map = new([Hub, Local], "Docker.IO");

    [Fact]
    public void Name_IsFoundWithoutRegardToCase()
    {
        Assert.Same(Hub, Map.FindByName("DOCKER.io"));
        Assert.Same(Local, Map.FindByName("local:5000"));
        Assert.Null(Map.FindByName("local"));
        Assert.Null(Map.FindByName(""));
        Assert.Same(Hub, Map.Default);
    }

    [Fact]
    public void Host_IsFoundWithoutItsPort()
    {
        Assert.Same(Hub, Map.FindByHost("hub.EDGE:5000"));
        Assert.Same(Local, Map.FindByHost("local.edge"));
        Assert.Null(Map.FindByHost("docker.io"));
        Assert.Null(Map.FindByHost(":5000"));
        Assert.Null(Map.FindByHost("[::1]"));
    }

    [Fact]
    public void SameNameTwice_Throws()
    {
        Assert.Throws<ArgumentException>(() => new UpstreamMap([Hub, Upstream("DOCKER.IO")], null));
        Assert.Throws<ArgumentException>(() => new UpstreamMap([Hub, Upstream("x", "HUB.edge")], null));
    }

    [Fact]
    public void UnknownDefault_Throws() => Assert.Throws<ArgumentException>(() => new UpstreamMap([Hub], "quay.io"));

    private static UpstreamOptions Upstream(string name, params string[] hosts) =>
        new() { Name = name, Endpoints = [new Uri("https://upstream.example")], Hosts = hosts };
}
