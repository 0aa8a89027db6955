namespace EdgeCache.Configuration;

/// <summary>
/// One configuration key of a record: its name, what is allowed, what it means, and how it is read into the record and shown. The table of
/// these is the one source for the reader, the help text, the startup banner and README.
/// </summary>
internal abstract class OptionKey<TTarget>(string name, string meaning)
{
    /// <summary>The key below <c>EdgeCache</c> (or below one upstream), with colons between its parts.</summary>
    public string Name { get; } = name;

    public string Meaning { get; } = meaning;

    /// <summary>The command line's flag for the key; null where it has none.</summary>
    public string? Flag { get; init; }

    /// <summary>Whether the value must never be shown.</summary>
    public bool IsSecret { get; init; }

    /// <summary>Whether it takes several values: an array, or one text with commas.</summary>
    public abstract bool IsList { get; }

    /// <summary>What is allowed, as people read it.</summary>
    public abstract string Allowed { get; }

    /// <summary>Reads the values into the record. At the first that is not allowed, the record stays as it was and the value comes back.</summary>
    /// <returns>Null where all is well, else the value that is not allowed.</returns>
    public abstract string? Apply(IReadOnlyList<string> values, ref TTarget target);

    /// <summary>The record's value of the key as text; empty where it is not set. Never a secret.</summary>
    public abstract string Show(TTarget target);
}
