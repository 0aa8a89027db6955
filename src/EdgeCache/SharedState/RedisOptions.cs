using StackExchange.Redis;

namespace EdgeCache.SharedState;

/// <summary>The Redis that a fleet shares, if it does. Read-only after the start; validated by Configuration.</summary>
internal sealed record RedisOptions
{
    /// <summary>Where Redis is, in the form of StackExchange.Redis: <c>host:6379,ssl=true,password=…</c>. A secret. Null: there is no Redis.</summary>
    public string? Configuration { get; init; }

    /// <summary>The file that the configuration is read from.</summary>
    public string? ConfigurationFile { get; init; }

    /// <summary>A PEM file of certificates that are trusted for Redis in addition to the system's.</summary>
    public string? CaFile { get; init; }

    /// <summary>What every key and channel begins with: fleets that share a Redis differ in it.</summary>
    public string Prefix { get; init; } = "edgecache";

    /// <summary>How long one call may take before the node goes on without it: 5 ms to 5 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Whether nodes tell each other what tags mean.</summary>
    public bool TagHints { get; init; } = true;

    /// <summary>Whether a node with a name of its own (Fleet:Self) tells the others that it is there.</summary>
    public bool Presence { get; init; } = true;

    /// <summary>Whether purges and warm-ups of one node reach the others.</summary>
    public bool Events { get; init; } = true;

    /// <summary>Whether the nodes fetch a digest one after the other; only where they do not ask each other (Fleet:Siblings).</summary>
    public bool FillLeases { get; init; }

    public bool IsUsed => Configuration is not null;

    /// <summary>Whether a text can be read as a configuration that names at least one endpoint.</summary>
    public static bool IsConfiguration(string text)
    {
        try
        {
            return ConfigurationOptions.Parse(text).EndPoints.Count > 0;
        }
        catch (Exception error) when (error is ArgumentException or FormatException)
        {
            return false;
        }
    }
}
