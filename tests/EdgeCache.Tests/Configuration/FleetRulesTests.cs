using System.Collections;
using EdgeCache.Configuration;
using EdgeCache.Testing;
using Xunit;

namespace EdgeCache.Tests.Configuration;

public sealed class FleetRulesTests
{
    private const string Secret = "a secret that is long enough for it";
    private const string Canary = "canary, a second one that is long enough";

    [Fact]
    public void AcceptedSecret_IsReadAndNeverShown()
    {
        using var folder = new TempFolder();
        var file = folder.Write("second", Canary + "\n");
        foreach (var (key, text) in new[] { ("FLEET__ACCEPTEDSECRET", Canary), ("FLEET__ACCEPTEDSECRETFILE", file) })
        {
            var reading = Read(("FLEET__SECRET", Secret), (key, text));
            Assert.Empty(reading.Errors);
            Assert.Equal(Canary, reading.Options.Fleet.AcceptedSecret);
            Assert.DoesNotContain("canary", StartupBanner.Of(reading.Options), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void AcceptedSecret_ThatCannotBe_IsRefusedUnseen()
    {
        using var folder = new TempFolder();
        var wrong = folder.Write("short", "canary\n");
        AssertError("AcceptedSecret", ("FLEET__ACCEPTEDSECRET", Canary));
        AssertError("AcceptedSecret", ("FLEET__SECRET", Secret), ("FLEET__ACCEPTEDSECRET", "canary"));
        AssertError("AcceptedSecretFile", ("FLEET__SECRET", Secret), ("FLEET__ACCEPTEDSECRETFILE", wrong));
        AssertError("AcceptedSecretFile", ("FLEET__SECRET", Secret), ("FLEET__ACCEPTEDSECRETFILE", folder.Write("right", Secret)), ("FLEET__ACCEPTEDSECRET", Canary));
    }

    private static void AssertError(string key, params (string Key, string Text)[] values)
    {
        var error = Assert.Single(Read(values).Errors);
        Assert.Equal("EdgeCache:Fleet:" + key, error.Key);
        Assert.DoesNotContain("canary", error.ToString(), StringComparison.Ordinal);
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
