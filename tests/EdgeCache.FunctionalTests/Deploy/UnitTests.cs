using EdgeCache.Testing;
using EdgeCache.Testing.RealPrograms;
using Xunit;

namespace EdgeCache.FunctionalTests.Deploy;

/// <summary>The units of deploy/systemd, as far as a machine that systemd has not started can tell.</summary>
public sealed class UnitTests : IDisposable
{
    private const string Program = "systemd-analyze";

    // Tenths: below 2.0 of 10, which systemd calls OK.
    private const string MaxExposure = "20";

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [RealProgramTheory(Program)]
    [InlineData("edgecache.service")]
    [InlineData("edgecache-balancer.service")]
    public async Task Unit_IsValid(string name)
    {
        var verified = await RealProcess.RunAsync(Program, ["verify", "--man=no", Write(name)]);

        verified.EnsureSuccess();
        Assert.DoesNotContain("edgecache", verified.All, StringComparison.Ordinal);
    }

    [RealProgramTheory(Program)]
    [InlineData("edgecache.service")]
    [InlineData("edgecache-balancer.service")]
    public async Task Unit_IsHardened(string name) =>
        (await RealProcess.RunAsync(Program, ["security", "--no-pager", "--offline=true", $"--threshold={MaxExposure}", Write(name)])).EnsureSuccess();

    /// <summary>The folder's units and drop-ins as they stand, with a program that is on this machine.</summary>
    private string Write(string name)
    {
        var source = DeployFiles.PathOf("systemd");
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories).Where(file => Path.GetExtension(file) is ".service" or ".conf"))
        {
            _folder.Write(Path.GetRelativePath(source, file), File.ReadAllText(file).Replace("/opt/edgecache/edgecache", "/bin/true", StringComparison.Ordinal));
        }

        return _folder.Combine(name);
    }
}
