using System.Globalization;

namespace EdgeCache.Load.Measuring;

/// <summary>Sums over the samples of a Prometheus text. Pure.</summary>
internal static class MetricsText
{
    /// <param name="name">The samples' whole name.</param>
    /// <param name="labels">What all of them must have among their labels, such as <c>kind="blob"</c>.</param>
    /// <returns>0 where there are none.</returns>
    public static double Sum(string text, string name, params ReadOnlySpan<string> labels)
    {
        var sum = 0.0;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (line.StartsWith(name, StringComparison.Ordinal) && line.Length > name.Length && line[name.Length] is ' ' or '{' && HasAll(line[name.Length..], labels))
            {
                sum += double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);
            }
        }

        return sum;
    }

    private static bool HasAll(ReadOnlySpan<char> rest, ReadOnlySpan<string> labels)
    {
        foreach (var label in labels)
        {
            if (!rest.Contains(label, StringComparison.Ordinal))
            {
                return false;
            }
        }

        return true;
    }
}
