using EdgeCache.Load.Measuring;
using Xunit;

namespace EdgeCache.Tests.Load;

public class WrkOutputTests
{
    private const string Text = """
        Running 2s test @ http://127.0.0.1:8080/v2/
          1 threads and 32 connections
          Thread Stats   Avg      Stdev     Max   +/- Stdev
            Latency     1.50ms  810.00us  12.34ms   88.00%
            Req/Sec    20.10k     1.20k   22.00k    70.00%
          Latency Distribution
             50%    1.42ms
             75%    1.80ms
             90%    2.20ms
             99%    980.00us
          40200 requests in 2.10s, 98.00MB read
        Requests/sec:  19142.85
        Transfer/sec:     46.67MB
        """;

    [Fact]
    public void Output_IsParsed()
    {
        var output = WrkOutput.Parse(Text);
        Assert.Equal((19142.85, 40200, TimeSpan.FromSeconds(2.1)), (output.RequestsPerSecond, output.Requests, output.Elapsed));
        Assert.Equal((TimeSpan.FromMicroseconds(1420), TimeSpan.FromMicroseconds(980)), (output.LatencyP50, output.LatencyP99));
        Assert.Equal(0, output.Failures);
    }

    [Fact]
    public void Failures_AreAdded() => Assert.Equal(17, WrkOutput.Parse(
        Text + "\n  Socket errors: connect 1, read 2, write 3, timeout 4\n  Non-2xx or 3xx responses: 7\n").Failures);

    [Fact]
    public void OtherText_IsRefused() => Assert.Throws<InvalidDataException>(() => WrkOutput.Parse("unable to connect to 127.0.0.1:1 Connection refused"));
}
