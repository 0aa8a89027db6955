using System.Collections;
using EdgeCache.Configuration;
using EdgeCache.Testing;
using Xunit;

namespace EdgeCache.Tests.Configuration;

public sealed class OptionsReaderTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void NothingConfigured_IsTheDocumentedNode()
    {
        var reading = OptionsReader.Read(new ConfigurationLayers());

        Assert.True(reading.IsValid);
        var options = reading.Options;
        Assert.Equal("http://127.0.0.1:5000", Assert.Single(options.Listen).ToString());
        Assert.Equal("http://127.0.0.1:5001", Assert.Single(options.Admin.Listen).ToString());
        Assert.Equal("docker.io", options.DefaultUpstream);
        Assert.Equal(
            ["docker.io", "ghcr.io", "quay.io", "registry.k8s.io", "gcr.io", "mcr.microsoft.com", "public.ecr.aws"],
            options.Upstreams.Select(upstream => upstream.Name));
        Assert.Equal("https://registry-1.docker.io/", options.Upstreams[0].Endpoints[0].ToString());
    }

    [Fact]
    public void TheContractsExample_IsReadWhole()
    {
        var password = _folder.Write("password", "s3cret\n");
        var layers = FromJson($$"""
            { /* comments are allowed */ "EdgeCache": {
                "Listen": ["http://127.0.0.1:0", "http://[::1]:0"], "Admin": { "Listen": "http://127.0.0.1:0" },
                "Cache": { "Path": "{{_folder.Path}}", "Limit": "60%" }, "DefaultUpstream": "b", "TagFreshness": "00:01:00",
                "Upstreams": [
                    { "Name": "a", "Endpoints": ["https://one.example/base", "http://two.example"], "Hosts": ["a.edge.example"],
                      "Username": "me", "PasswordFile": "{{password}}", "TagFreshness": "00:07:00", "AllowPrivateAddresses": true },
                    { "Name": "b", "Endpoints": "http://127.0.0.1:5002" } ] } }
            """);

        var reading = OptionsReader.Read(layers);

        Assert.Empty(reading.Errors);
        var (a, b) = (reading.Options.Upstreams[0], reading.Options.Upstreams[1]);
        Assert.Equal(2, reading.Options.Listen.Count);
        Assert.Equal(0.6, reading.Options.Cache.Limit.Share);
        Assert.Equal(["https://one.example/base", "http://two.example/"], a.Endpoints.Select(endpoint => endpoint.ToString()));
        Assert.Equal(("me", "s3cret", true), (a.Username, a.Password, a.AllowPrivateAddresses));
        Assert.Equal(TimeSpan.FromMinutes(7), a.TagFreshness);
        Assert.Equal(TimeSpan.FromMinutes(1), b.TagFreshness);
    }

    [Fact]
    public void ManyErrors_AreAllReportedAtOnce()
    {
        var layers = FromJson("""
            { "EdgeCache": { "Listn": "x", "Cache": { "Limit": "banana" }, "Drain": { "Delay": "5" }, "Logging": "loud",
                "Limits": { "MaxConnections": 0 }, "DefaultUpstream": "nope", "Certificate": "/does/not/exist",
                "Upstreams": [
                    { "Name": "a", "Endpoints": ["https://user:hunter2@h.example"], "Passwrod": "hunter2" },
                    { "Name": "a", "Endpoints": ["http://x.example"], "Hosts": ["h"], "Username": "u", "Password": "hunter2", "PasswordFile": "/etc/hostname" },
                    { "Name": "c", "Endpoints": ["http://x.example?token=hunter2"], "Hosts": ["H"] },
                    { "Endpoints": ["relative/url"] } ] } }
            """);
        layers.AddFlag("TagFreshness", "--tag-freshness", "soon");
        layers.AddUpstreamArgument("noturl");

        var lines = OptionsReader.Read(layers).Errors.Select(error => error.ToString()).ToArray();

        string[] expected =
        [
            "EdgeCache:Listn = \"x\"", "did you mean EdgeCache:Listen?", "EdgeCache:Cache:Limit = \"banana\"", "EdgeCache:Drain:Delay = \"5\"",
            "EdgeCache:Logging = \"loud\"", "EdgeCache:Limits:MaxConnections = \"0\"", "a whole number from 1 to 1000000",
            "EdgeCache:DefaultUpstream = \"nope\"", "EdgeCache:Certificate = \"/does/not/exist\"",
            "EdgeCache:Upstreams:0:Endpoints = \"https://***@h.example\"", "EdgeCache:Upstreams:0:Passwrod = \"***\"",
            "EdgeCache:Upstreams:1:PasswordFile: allowed: either", "EdgeCache:Upstreams:2:Endpoints = \"http://x.example?***\"",
            "EdgeCache:Upstreams:3:Name: required", "EdgeCache:Upstreams:3:Endpoints = \"relative/url\"", "= \"a\": allowed: each Name once",
            "= \"h\": allowed: each of Hosts at one upstream", "EdgeCache:TagFreshness = \"soon\" (from --tag-freshness)", "--upstream = \"noturl\"",
        ];
        Assert.All(expected, part => Assert.Contains(lines, line => line.Contains(part, StringComparison.Ordinal)));
        Assert.All(lines, line => Assert.DoesNotContain("hunter2", line, StringComparison.Ordinal));
    }

    [Fact]
    public void Sources_WinInTheirOrder()
    {
        var layers = FromJson("""{ "EdgeCache": { "Cache": { "Limit": "1GiB", "Path": "/from/file" }, "TagFreshness": "1s", "StaleIfError": "1s" } }""");
        layers.AddEnvironment(new Hashtable { ["EDGECACHE__CACHE__LIMIT"] = "2GiB", ["edgecache__TagFreshness"] = "2s", ["PATH"] = "x" });
        layers.AddFlag("Cache:Limit", "--cache-limit", "3GiB");

        var options = OptionsReader.Read(layers).Options;

        Assert.Equal(3L << 30, options.Cache.Limit.SizeBytes);
        Assert.Equal(TimeSpan.FromSeconds(2), options.TagFreshness);
        Assert.Equal(TimeSpan.FromSeconds(1), options.StaleIfError);
        Assert.Equal("/from/file", options.Cache.Path);
    }

    [Fact]
    public void LaterList_ReplacesAnEarlierOneWhole()
    {
        var layers = FromJson("""{ "EdgeCache": { "Listen": ["http://127.0.0.1:1", "http://127.0.0.1:2"] } }""");
        layers.AddFlag("Listen", "--listen", "http://127.0.0.1:3");

        Assert.Equal("http://127.0.0.1:3", Assert.Single(OptionsReader.Read(layers).Options.Listen).ToString());
    }

    [Fact]
    public void LaterFilesUpstreams_NeverInheritAPasswordFromAnEarlierFile()
    {
        var layers = FromJson("""{ "EdgeCache": { "Upstreams": [ { "Name": "a", "Endpoints": ["http://a.example"], "Username": "u", "Password": "p" }, { "Name": "b", "Endpoints": ["http://b.example"] } ] } }""");
        layers.AddJsonFile(_folder.Write("second.json", """{ "EdgeCache": { "Upstreams": [ { "Name": "c", "Endpoints": ["http://c.example"] } ] } }"""), isOptional: false);

        var options = OptionsReader.Read(layers).Options;

        var only = Assert.Single(options.Upstreams);
        Assert.Equal(("c", null), (only.Name, only.Password));
        Assert.Equal("c", options.DefaultUpstream);
    }

    [Fact]
    public void Environment_SetsSingleKeysOfAnUpstream()
    {
        var layers = FromJson("""{ "EdgeCache": { "Upstreams": [ { "Name": "a", "Endpoints": ["http://a.example", "http://b.example"], "Username": "u" } ] } }""");
        layers.AddEnvironment(new Hashtable { ["EDGECACHE__UPSTREAMS__0__PASSWORD"] = "p", ["EDGECACHE__UPSTREAMS__0__ENDPOINTS"] = "http://c.example" });

        var reading = OptionsReader.Read(layers);

        Assert.Empty(reading.Errors);
        Assert.Equal("p", reading.Options.Upstreams[0].Password);
        Assert.Equal("http://c.example/", Assert.Single(reading.Options.Upstreams[0].Endpoints).ToString());
    }

    [Fact]
    public void UpstreamArgument_ReplacesTheUpstreamWithItsCredentials()
    {
        var layers = FromJson("""{ "EdgeCache": { "Upstreams": [ { "Name": "a", "Endpoints": ["http://a.example"], "Username": "u", "Password": "p" } ] } }""");
        layers.AddUpstreamArgument("a=http://127.0.0.1:1,http://127.0.0.1:2/base");
        layers.AddUpstreamArgument("b:5000=https://b.example");

        var options = OptionsReader.Read(layers).Options;

        Assert.Equal(["a", "b:5000"], options.Upstreams.Select(upstream => upstream.Name));
        Assert.Null(options.Upstreams[0].Password);
        Assert.Equal(2, options.Upstreams[0].Endpoints.Count);
        Assert.Equal("a", options.DefaultUpstream);
    }

    [Fact]
    public void UnknownEnvironmentVariable_IsAnError()
    {
        var layers = new ConfigurationLayers();
        layers.AddEnvironment(new Hashtable { ["EDGECACHE__CACH__PATH"] = "/x" });

        var error = Assert.Single(OptionsReader.Read(layers).Errors);
        Assert.Equal("EdgeCache:CACH:PATH = \"/x\" (from environment EDGECACHE__CACH__PATH): unknown key; did you mean EdgeCache:Cache:Path?", error.ToString());
    }

    [Theory]
    [InlineData("{ \"EdgeCache\": { ", "not readable as JSON")]
    [InlineData("{ \"EdgCache\": { \"Listen\": \"x\" } }", "every key stands in the section EdgeCache")]
    [InlineData("{ \"EdgeCache\": { \"Upstreams\": { \"docker.io\": \"https://x\" } } }", "a list of upstreams")]
    [InlineData("{ \"EdgeCache\": { \"Upstreams\": [] } }", "a list of upstreams")]
    [InlineData("{ \"EdgeCache\": { \"Listen\": [] } }", "1 to 16 of")]
    [InlineData("{ \"EdgeCache\": { \"Listen\": \"http://127.0.0.1:5001\" } }", "an address that EdgeCache:Listen does not take")]
    [InlineData("{ \"EdgeCache\": { \"Listen\": \"https://127.0.0.1:5443\" } }", "EdgeCache:CertificateKey: required")]
    [InlineData("{ \"EdgeCache\": { \"Cache\": { \"LowWatermark\": \"96%\" } } }", "less than Cache:HighWatermark")]
    public void WrongFile_SaysWhatIsWrong(string json, string expected) =>
        Assert.Contains(OptionsReader.Read(FromJson(json)).Errors, error => error.ToString().Contains(expected, StringComparison.Ordinal));

    [Fact]
    public void MissingConfigFile_IsAnError()
    {
        var layers = new ConfigurationLayers();
        layers.AddJsonFile(_folder.Combine("none.json"), isOptional: false);
        layers.AddJsonFile(_folder.Combine("none.json"), isOptional: true);

        Assert.Equal("the file does not exist", Assert.Single(OptionsReader.Read(layers).Errors).Problem);
    }

    [Fact]
    public void Banner_ShowsEveryKeyAndNoSecret()
    {
        var layers = FromJson("""{ "EdgeCache": { "Upstreams": [ { "Name": "a", "Endpoints": ["http://a.example"], "Username": "u", "Password": "hunter2" } ] } }""");

        var banner = StartupBanner.Of(OptionsReader.Read(layers).Options);

        Assert.DoesNotContain("hunter2", banner, StringComparison.Ordinal);
        Assert.Contains("Upstreams:0:Password = (set)", banner, StringComparison.Ordinal);
        Assert.All(OptionsSchema.Node, key => Assert.Contains($"  {key.Name} = ", banner, StringComparison.Ordinal));
    }

    private ConfigurationLayers FromJson(string json)
    {
        var layers = new ConfigurationLayers();
        layers.AddJsonFile(_folder.Write("first.json", json), isOptional: false);
        return layers;
    }
}
