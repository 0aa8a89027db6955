using System.Globalization;
using System.Text.RegularExpressions;

namespace EdgeCache.Load.Measuring;

/// <summary>What wrk (with --latency) prints at its end.</summary>
/// <param name="Failures">Answers other than 2xx and 3xx, and errors of sockets.</param>
internal sealed partial record WrkOutput(double RequestsPerSecond, long Requests, TimeSpan Elapsed, TimeSpan LatencyP50, TimeSpan LatencyP99, long Failures)
{
    /// <exception cref="InvalidDataException">That is no output of wrk.</exception>
    public static WrkOutput Parse(string text)
    {
        var (rate, total) = (Rate().Match(text), Total().Match(text));
        if (!rate.Success || !total.Success)
        {
            throw new InvalidDataException($"wrk said:\n{text}");
        }

        return new WrkOutput(
            double.Parse(rate.Groups[1].ValueSpan, CultureInfo.InvariantCulture),
            long.Parse(total.Groups[1].ValueSpan, CultureInfo.InvariantCulture),
            TimeOf(total.Groups[2].Value, total.Groups[3].Value),
            Percentile(text, "50%"),
            Percentile(text, "99%"),
            Failure().Matches(text).Sum(match => long.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture)));
    }

    private static TimeSpan Percentile(string text, string name) =>
        Latency().Matches(text).FirstOrDefault(match => match.Groups[1].Value == name) is { } found ? TimeOf(found.Groups[2].Value, found.Groups[3].Value) : TimeSpan.Zero;

    private static TimeSpan TimeOf(string number, string unit) => double.Parse(number, CultureInfo.InvariantCulture) * unit switch
    {
        "us" => TimeSpan.FromMicroseconds(1),
        "ms" => TimeSpan.FromMilliseconds(1),
        "m" => TimeSpan.FromMinutes(1),
        "h" => TimeSpan.FromHours(1),
        _ => TimeSpan.FromSeconds(1),
    };

    [GeneratedRegex(@"Requests/sec:\s+([0-9.]+)")]
    private static partial Regex Rate();

    [GeneratedRegex("([0-9]+) requests in ([0-9.]+)(us|ms|s|m|h),")]
    private static partial Regex Total();

    [GeneratedRegex("(50%|99%)\\s+([0-9.]+)(us|ms|s|m|h)")]
    private static partial Regex Latency();

    [GeneratedRegex("(?:Non-2xx or 3xx responses: |connect |read |write |timeout )([0-9]+)")]
    private static partial Regex Failure();
}
