using System.Globalization;
using System.Net;

namespace EdgeCache.Configuration;

/// <summary>The kinds of values that configuration knows, each with its range. Pure, except <see cref="ReadableFile"/>.</summary>
internal static class ValueKinds
{
    /// <summary>A secret file, a certificate or a Docker config.json is small; more is a mistake.</summary>
    public const int MaxFileBytes = 1 << 20;

    public static ValueKind<bool> Switch { get; } = new("true or false", TryParseSwitch, value => value ? "true" : "false");

    public static ValueKind<CacheLimit> CacheLimit { get; } = new(
        "bytes of at least 1MiB (20GiB, 500GB, 21474836480), or a share of the disk from 1% to 100% (60%)",
        (string text, out CacheLimit value) => Configuration.CacheLimit.TryParse(text, out value)
            && (value.IsShare ? value.Share >= 0.01 : value.SizeBytes >= 1 << 20),
        value => value.ToString());

    public static ValueKind<CacheLimit> FreeSpace { get; } = new(
        "bytes (10GiB, 0), or a share of the disk up to 50% (1%)",
        (string text, out CacheLimit value) => Configuration.CacheLimit.TryParse(text, out value) && value.Share <= 0.5,
        value => value.ToString());

    public static ValueKind<ListenAddress> Listen { get; } = new(
        ListenAddress.Allowed,
        (string text, out ListenAddress value) => ListenAddress.TryParse(text, out value),
        value => value.ToString());

    public static ValueKind<Uri> Endpoint { get; } = new(
        "an absolute http:// or https:// URL without user, query and fragment",
        TryParseEndpoint,
        value => value.OriginalString);

    public static ValueKind<IPNetwork> Network { get; } = new(
        "an IP address, or a network such as 10.0.0.0/8",
        (string text, out IPNetwork value) =>
        {
            var isAddress = IPAddress.TryParse(text.Trim(), out var address);
            value = isAddress ? new IPNetwork(address!, address!.GetAddressBytes().Length * 8) : default; // Not null where it was parsed.
            return isAddress || IPNetwork.TryParse(text.Trim(), out value);
        },
        value => value.ToString());

    public static ValueKind<string> ReadableFile { get; } = new("a readable file of at most 1MiB", TryParseReadableFile, value => value);

    public static ValueKind<string> Folder { get; } = new(
        "the path of a folder",
        (string text, out string value) =>
        {
            var isPath = !string.IsNullOrWhiteSpace(text) && !text.Contains('\0') && !File.Exists(text);
            value = isPath ? Path.GetFullPath(text) : string.Empty;
            return isPath;
        },
        value => value);

    /// <summary>Text of bounded length without control characters.</summary>
    public static ValueKind<string> Text(string allowed, int maxLength, Func<string, bool>? isAllowed = null) => new(
        allowed,
        (string text, out string value) =>
        {
            value = text;
            return text.Length > 0 && text.Length <= maxLength && !text.Any(char.IsControl) && (isAllowed is null || isAllowed(text));
        },
        value => value);

    public static ValueKind<int> Count(int least, int most) => new(
        string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}"),
        (string text, out int value) =>
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= least && value <= most,
        value => value.ToString(CultureInfo.InvariantCulture));

    public static ValueKind<long> Bytes(long least, long most) => new(
        $"bytes from {ByteSize.Format(least)} to {ByteSize.Format(most)}",
        (string text, out long value) => ByteSize.TryParse(text, out value) && value >= least && value <= most,
        ByteSize.Format);

    public static ValueKind<double> Share(double least, double most) => new(
        $"a share from {ShareText.Format(least)} to {ShareText.Format(most)}",
        (string text, out double value) => ShareText.TryParse(text, out value) && value >= least && value <= most,
        ShareText.Format);

    public static ValueKind<double> Factor(double least, double most) => new(
        string.Create(CultureInfo.InvariantCulture, $"a factor from {least} to {most}"),
        (string text, out double value) =>
            double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value) && value >= least && value <= most,
        value => value.ToString(CultureInfo.InvariantCulture));

    public static ValueKind<TimeSpan> Duration(TimeSpan least, TimeSpan most) => new(
        $"a duration from {DurationText.Format(least)} to {DurationText.Format(most)} (00:05:00, 30s, 7d)",
        (string text, out TimeSpan value) => DurationText.TryParse(text, out value) && value >= least && value <= most,
        DurationText.Format);

    public static ValueKind<T> Choice<T>()
        where T : struct, Enum => new(
        "one of " + string.Join(", ", Enum.GetNames<T>()),
        (string text, out T value) =>
        {
            value = default;
            var name = Array.Find(Enum.GetNames<T>(), name => name.Equals(text.Trim(), StringComparison.OrdinalIgnoreCase));
            return name is not null && Enum.TryParse(name, out value);
        },
        value => value.ToString());

    private static bool TryParseSwitch(string text, out bool value)
    {
        value = text.Trim().Equals("true", StringComparison.OrdinalIgnoreCase);
        return value || text.Trim().Equals("false", StringComparison.OrdinalIgnoreCase);
    }

    private static bool TryParseEndpoint(string text, out Uri value)
    {
        var isUrl = Uri.TryCreate(text.Trim(), UriKind.Absolute, out var url)
            && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps)
            && url.Host.Length > 0 && url.UserInfo.Length == 0 && !text.Contains('@')
            && !text.Contains('?') && !text.Contains('#');
        value = isUrl && url is not null ? url : new Uri("about:blank");
        return isUrl;
    }

    private static bool TryParseReadableFile(string text, out string value)
    {
        value = text;
        try
        {
            using var file = File.OpenRead(text);
            return file.Length <= MaxFileBytes;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return false;
        }
    }
}
