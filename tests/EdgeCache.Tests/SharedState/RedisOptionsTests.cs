using System.Collections;
using EdgeCache.Configuration;
using EdgeCache.Core.Fill;
using EdgeCache.SharedState;
using EdgeCache.Testing;
using EdgeCache.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace EdgeCache.Tests.SharedState;

public sealed class RedisOptionsTests
{
    private const string Secret = "the fleet's secret, of 32 characters or more";
    private const string Canary = "redis:6379,password=canary";

    [Fact]
    public void Configuration_NeedsTheFleetsSecret_AndIsNeverShown()
    {
        var error = Assert.Single(Read(("REDIS__CONFIGURATION", Canary)).Errors);
        Assert.Equal("EdgeCache:Fleet:Secret", error.Key);

        var reading = Read(("REDIS__CONFIGURATION", Canary), ("FLEET__SECRET", Secret));
        Assert.Empty(reading.Errors);
        Assert.True(reading.Options.Redis.IsUsed);
        Assert.DoesNotContain("canary", StartupBanner.Of(reading.Options), StringComparison.Ordinal);
    }

    [Fact]
    public void ConfigurationFile_IsReadAndChecked()
    {
        using var folder = new TempFolder();
        var right = folder.Write("right", Canary + "\n");
        var wrong = folder.Write("wrong", "\n");

        Assert.Equal(Canary, Read(("REDIS__CONFIGURATIONFILE", right), ("FLEET__SECRET", Secret)).Options.Redis.Configuration);
        Assert.Equal("EdgeCache:Redis:ConfigurationFile", Assert.Single(Read(("REDIS__CONFIGURATIONFILE", wrong), ("FLEET__SECRET", Secret)).Errors).Key);
        Assert.Contains("not both", Assert.Single(Read(("REDIS__CONFIGURATIONFILE", right), ("REDIS__CONFIGURATION", "redis:1"), ("FLEET__SECRET", Secret)).Errors).Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("password=canary")]
    [InlineData("redis:6379,unknown=canary")]
    public void WrongConfiguration_IsRefusedUnseen(string text)
    {
        var error = Assert.Single(Read(("REDIS__CONFIGURATION", text), ("FLEET__SECRET", Secret)).Errors);

        Assert.Equal("EdgeCache:Redis:Configuration", error.Key);
        Assert.DoesNotContain("canary", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void FillLeases_AreForNodesThatDoNotAskEachOther()
    {
        (string, string)[] values = [("REDIS__CONFIGURATION", Canary), ("FLEET__SECRET", Secret), ("FLEET__SELF", "http://edge-1:5000"), ("REDIS__FILLLEASES", "true")];

        Assert.Equal("EdgeCache:Redis:FillLeases", Assert.Single(Read(values).Errors).Key);
        Assert.Empty(Read([.. values, ("FLEET__SIBLINGS", "false")]).Errors);
    }

    [Fact]
    public async Task WithoutRedis_NothingOfItIsThere()
    {
        await using var node = await TestNode.StartAsync();
        var services = node.Node.Services;

        Assert.Null(services.GetService<RedisLink>());
        Assert.Null(services.GetService<ISharedTags>());
        Assert.Null(services.GetService<IFillLeases>());
        Assert.Null(services.GetService<FleetEvents>());
    }

    private static OptionsReading Read(params (string Key, string Text)[] values)
    {
        var variables = new Hashtable();
        foreach (var (key, text) in values)
        {
            variables["EDGECACHE__" + key] = text;
        }

        var layers = new ConfigurationLayers();
        layers.AddEnvironment(variables);
        return OptionsReader.Read(layers);
    }
}
