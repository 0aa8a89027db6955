namespace EdgeCache.Tests.Architecture;

/// <summary>A row of the table of rooms in ARCHITECTURE.md.</summary>
/// <param name="Folder">Such as <c>src/EdgeCache.Core/Oci</c>, or a whole project's that has no folders.</param>
/// <param name="MayKnow">The names of other rooms, those of which only the options may be known with " (options)"; null for all.</param>
internal sealed record Room(string Folder, IReadOnlySet<string>? MayKnow)
{
    public const string OptionsOnly = " (options)";

    /// <summary>The last folder's name, without the product's.</summary>
    public string Name => Folder[(Folder.LastIndexOf('/') + 1)..].Replace("EdgeCache.", "", StringComparison.Ordinal);

    public string Namespace => Folder["src/".Length..].Replace('/', '.');

    /// <summary>Whether this room's types may name a type of another room.</summary>
    public bool Allows(Room other, string typeName) =>
        MayKnow is null
        || other == this
        || MayKnow.Contains(other.Name)
        || (MayKnow.Contains(other.Name + OptionsOnly) && typeName.EndsWith("Options", StringComparison.Ordinal));

    /// <summary>The rooms of ARCHITECTURE.md.</summary>
    public static IReadOnlyList<Room> All { get; } =
    [
        .. SourceTree.ReadLines("src/ARCHITECTURE.md").Where(line => line.StartsWith("| `src/", StringComparison.Ordinal)).Select(Parse),
    ];

    private static Room Parse(string row)
    {
        var cells = row.Split('|', StringSplitOptions.TrimEntries);
        var names = cells[3].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return new Room(cells[1].Trim('`'), names is ["all"] ? null : names.ToHashSet(StringComparer.Ordinal));
    }
}
