using EdgeCache.Load.Cli;
using Xunit;

namespace EdgeCache.Tests.Load;

public class LoadCommandLineTests
{
    private const string Digest = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    [Theory]
    [InlineData("cold-blob --clients 0", "--clients '0': allowed is 1 to 2000.")]
    [InlineData("cold-blob --clients many", "--clients 'many': allowed is 1 to 2000.")]
    [InlineData("cold-blob --size 2GiB", "--size '2GiB': allowed is 1 to 1GiB.")]
    [InlineData("hit --connections 1 99999", "--connections '1 99999': allowed is 1 to 4096.")]
    [InlineData("hit --duration 1d", "--duration '1d': allowed is 100ms to 00:10:00.")]
    [InlineData("hit --target http://registry.example --repository a --reference b", "--allow-remote")]
    [InlineData("hit --target http://127.0.0.1:1 --repository A --reference b", "needs --repository")]
    [InlineData("hit --target http://127.0.0.1:1 --repository a", "needs --reference")]
    [InlineData("cold-blob --target http://127.0.0.1:1 --repository a --reference latest", "needs --reference with a digest")]
    [InlineData("pull --repository a", "go with --target")]
    [InlineData("idle --objects 5000000", "--objects '5000000': allowed is 0 to 4000000.")]
    [InlineData("peers --rounds 0", "--rounds '0': allowed is 1 to 100.")]
    [InlineData("peers --slow-clients 10001", "--slow-clients '10001': allowed is 1 to 10000.")]
    [InlineData("peers --peers apache", "apache")]
    [InlineData("tiers --near 20 0", "--near '20 0': allowed is 1 to 10000.")]
    [InlineData("run fly", "fly")]
    [InlineData("run churn --rate 0", "--rate '0': allowed is 0.001 to 100000.")]
    [InlineData("run churn --one-timers 1.5", "--one-timers '1.5': allowed is 0 to 1.")]
    [InlineData("run churn --image a:b", "go with --target")]
    [InlineData("run churn --target http://registry.example", "--allow-remote")]
    [InlineData("run churn --target http://127.0.0.1:1 --image A:b", "NAME:TAG")]
    [InlineData("run churn --target http://127.0.0.1:1 --image a:b", "--one-timers 0")]
    [InlineData("run node-loss --target http://127.0.0.1:1", "without --target")]
    [InlineData("run node-loss --nodes 1", "--nodes 2 or more")]
    [InlineData("run churn --images 100000 --scale 1", "fewer --images")]
    [InlineData("fly", "fly")]
    public async Task WrongCommandLine_SaysWhatIsAllowed(string line, string expected)
    {
        var error = new StringWriter();
        Assert.Equal(ExitCodes.WrongCommandLine, await LoadCommandLine.RunAsync(line.Split(' '), TextWriter.Null, error));
        Assert.Contains(expected, error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cold-blob --clients 200 --size 64MiB --rate 40MiB --rounds 3 --verify sample")]
    [InlineData("hit --kind blob --size 4KiB 256KiB 64MB --connections 1 32 256 --duration 5s --verify all")]
    [InlineData("hit --target http://localhost:5000 --repository a/b --reference " + Digest)]
    [InlineData("cold-blob --target http://192.0.2.1 --repository a/b --allow-remote --reference " + Digest)]
    [InlineData("pull --clients 3 --rounds 2 --rate 1MiB")]
    [InlineData("idle --objects 0 1000000 --settle 10s --time-limit 5m")]
    [InlineData("peers --only manifest blob-64MiB --peers nginx varnish --rounds 5 --duration 2s --slow-clients 10000 --quick --no-pin")]
    [InlineData("tiers --near 20 100 --far 100 --round-trip 50ms --size 16MiB --rounds 5")]
    [InlineData("run soak --duration 10m --rate 20 --arrivals poisson --images 500 --zipf 0.9 --seed 3 --scale 0.01 --cache 1GiB --json a --html b")]
    [InlineData("run hot-hit --target http://127.0.0.1:1 --target http://127.0.0.1:2 --image a/b:latest --image c:v1 --metrics http://127.0.0.1:3/metrics --pid 7")]
    public void GoodCommandLine_Parses(string line) => Assert.Empty(LoadCommandLine.BuildRoot().Parse(line.Split(' ')).Errors);

    [Theory]
    [InlineData("--help", "cold-blob")]
    [InlineData("cold-blob --help", "[1..1GiB] [default: 64MiB]")]
    [InlineData("hit --help", "--allow-remote")]
    [InlineData("pull --help", "--rounds")]
    [InlineData("peers --help", "--slow-clients")]
    public async Task Help_SaysAll(string line, string expected)
    {
        var output = new StringWriter();
        Assert.Equal(ExitCodes.Success, await LoadCommandLine.RunAsync(line.Split(' '), output, TextWriter.Null));
        Assert.Contains(expected, output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("peers --list --quick --only manifest", ExitCodes.Success, "manifest-digest/32\nmanifest-tag/32\n")]
    [InlineData("peers --only nothing-of-this-name", ExitCodes.WrongCommandLine, "\n")]
    public async Task Names_AreListed(string line, int exitCode, string expected)
    {
        var output = new StringWriter();
        Assert.Equal(exitCode, await LoadCommandLine.RunAsync(line.Split(' '), output, TextWriter.Null));
        Assert.Equal(expected, output.ToString());
    }
}
