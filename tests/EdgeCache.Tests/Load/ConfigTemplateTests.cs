using EdgeCache.Load.Peers;
using EdgeCache.Testing;
using Xunit;

namespace EdgeCache.Tests.Load;

public class ConfigTemplateTests
{
    [Fact]
    public void Words_AreFilledInWhereverTheyStand() =>
        Assert.Equal("a 1 b 1 c 2", ConfigTemplate.Render("a @one@ b @one@ c @two_words@", Values(("one", "1"), ("two_words", "2"))));

    [Fact]
    public void WordWithoutValue_IsRefused() =>
        Assert.Contains("@port@", Assert.Throws<ArgumentException>(() => ConfigTemplate.Render("listen @port@", Values())).Message, StringComparison.Ordinal);

    [Fact]
    public void ValueWithoutWord_IsRefused() =>
        Assert.Contains("@port@", Assert.Throws<ArgumentException>(() => ConfigTemplate.Render("listen 1", Values(("port", "1")))).Message, StringComparison.Ordinal);

    [Fact]
    public void UnknownFile_IsRefused() => Assert.Throws<FileNotFoundException>(() => ConfigTemplate.Read("apache.conf"));

    [Fact]
    public void Nginx_ListensAndCachesWhereItIsTold()
    {
        using var folder = new TempFolder();
        using var certificates = new TestCertificates(folder.Path);
        var place = Place(folder, certificates) with { Workers = 3, IsLargerThanMemory = true };
        var text = NginxPeer.Configure(place, 1234, 1235);
        Assert.Contains("listen 127.0.0.1:1234 ", text, StringComparison.Ordinal);
        Assert.Contains("listen 127.0.0.1:1235 ssl http2", text, StringComparison.Ordinal);
        Assert.Contains("worker_processes 3;", text, StringComparison.Ordinal);
        Assert.Contains("aio threads;", text, StringComparison.Ordinal);
        Assert.Contains("server 127.0.0.1:99;", text, StringComparison.Ordinal);
        Assert.Contains($"proxy_cache_path {folder.Path}/cache ", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Others_NameTheOrigin()
    {
        using var folder = new TempFolder();
        using var certificates = new TestCertificates(folder.Path);
        var place = Place(folder, certificates);
        Assert.Contains(".port = \"99\";", VarnishPeer.Configure(place), StringComparison.Ordinal);
        Assert.Contains("remoteurl: http://127.0.0.1:99\n", DockerRegistryPeer.Configure(place, 1234), StringComparison.Ordinal);
        Assert.Contains("addr: 127.0.0.1:1234\n", DockerRegistryPeer.Configure(place, 1234), StringComparison.Ordinal);
    }

    private static PeerPlace Place(TempFolder folder, TestCertificates certificates) => new(new Uri("http://127.0.0.1:99/"), folder.Path, certificates.Server);

    private static Dictionary<string, string> Values(params (string Word, string Value)[] values) => values.ToDictionary(entry => entry.Word, entry => entry.Value);
}
