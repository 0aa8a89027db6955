using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using EdgeCache.Configuration;
using EdgeCache.Load.Simulation;

namespace EdgeCache.Load.Cli;

/// <summary>Makes options whose values have units and a range; help and errors say both.</summary>
internal static class ValueOption
{
    /// <summary>What an origin holds in memory is one array.</summary>
    public const long MaxBlobBytes = 1L << 30;

    public static Option<int> Count(string name, (int Min, int Max) range, int initial, string description) => new(name)
    {
        Description = $"{description} [{range.Min}..{range.Max}]",
        HelpName = "N",
        DefaultValueFactory = _ => initial,
        CustomParser = result => ParseCount(result, range),
    };

    /// <summary>One or more counts: a row each.</summary>
    public static Option<int[]> Counts(string name, (int Min, int Max) range, int initial, string description) => new(name)
    {
        Description = $"{description} [{range.Min}..{range.Max}]",
        HelpName = "N…",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => [initial],
        CustomParser = result => [.. result.Tokens.Select(token => ParseCount(token.Value, result, range))],
    };

    public static Option<double> Number(string name, (double Min, double Max) range, double initial, string description) => new(name)
    {
        Description = string.Create(CultureInfo.InvariantCulture, $"{description} [{range.Min}..{range.Max}]"),
        HelpName = "X",
        DefaultValueFactory = _ => initial,
        CustomParser = result =>
        {
            if (double.TryParse(result.Tokens[0].Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= range.Min && number <= range.Max)
            {
                return number;
            }

            Refuse(result, range.Min.ToString(CultureInfo.InvariantCulture), range.Max.ToString(CultureInfo.InvariantCulture));
            return range.Min;
        },
    };

    public static Option<ByteCount> Size(string name, (long Min, long Max) range, long initial, string description) => new(name)
    {
        Description = $"{description} [{ByteSize.Format(range.Min)}..{ByteSize.Format(range.Max)}]",
        HelpName = "SIZE",
        DefaultValueFactory = _ => new ByteCount(initial),
        CustomParser = result => ParseSize(result.Tokens[0].Value, result, range),
    };

    /// <summary>One or more sizes: a row each.</summary>
    public static Option<ByteCount[]> Sizes(string name, (long Min, long Max) range, long initial, string description) => new(name)
    {
        Description = $"{description} [{ByteSize.Format(range.Min)}..{ByteSize.Format(range.Max)}]",
        HelpName = "SIZE…",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => [new ByteCount(initial)],
        CustomParser = result => [.. result.Tokens.Select(token => ParseSize(token.Value, result, range))],
    };

    public static Option<TimeSpan> Duration(string name, (TimeSpan Min, TimeSpan Max) range, TimeSpan initial, string description) => new(name)
    {
        Description = $"{description} [{DurationText.Format(range.Min)}..{DurationText.Format(range.Max)}]",
        HelpName = "TIME",
        DefaultValueFactory = _ => initial,
        CustomParser = result =>
        {
            if (DurationText.TryParse(result.Tokens[0].Value, out var duration) && duration >= range.Min && duration <= range.Max)
            {
                return duration;
            }

            Refuse(result, DurationText.Format(range.Min), DurationText.Format(range.Max));
            return default;
        },
    };

    /// <summary>A share of 0 to 1, given in percent.</summary>
    public static Option<double?> Percent(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "N%",
        CustomParser = result =>
        {
            if (CapacityShare.TryParsePercent(result.Tokens[0].Value, out var share))
            {
                return share;
            }

            Refuse(result, "0%", "100%");
            return null;
        },
    };

    /// <summary>The same without a default: what is not given is decided elsewhere.</summary>
    public static Option<T> WithoutDefault<T>(Option<T> option)
    {
        option.DefaultValueFactory = null;
        return option;
    }

    /// <summary>Whether an option stands on the command line.</summary>
    public static bool IsGiven(ParseResult result, Option option) => result.GetResult(option) is { Implicit: false };

    private static int ParseCount(ArgumentResult result, (int Min, int Max) range) => ParseCount(result.Tokens[0].Value, result, range);

    private static int ParseCount(string text, ArgumentResult result, (int Min, int Max) range)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count >= range.Min && count <= range.Max)
        {
            return count;
        }

        Refuse(result, range.Min.ToString(CultureInfo.InvariantCulture), range.Max.ToString(CultureInfo.InvariantCulture));
        return range.Min;
    }

    private static ByteCount ParseSize(string text, ArgumentResult result, (long Min, long Max) range)
    {
        if (ByteSize.TryParse(text, out var size) && size >= range.Min && size <= range.Max)
        {
            return new ByteCount(size);
        }

        Refuse(result, ByteSize.Format(range.Min), ByteSize.Format(range.Max));
        return new ByteCount(range.Min);
    }

    private static void Refuse(ArgumentResult result, string least, string most)
    {
        var given = string.Join(' ', result.Tokens.Select(token => token.Value));
        result.AddError($"{(result.Parent as OptionResult)?.Option.Name} '{given}': allowed is {least} to {most}.");
    }
}
