namespace EdgeCache.Tests.Architecture;

/// <summary>A row of the table of rooms in ARCHITECTURE.md.</summary>
/// <param name="Folder">Such as <c>src/EdgeCache.Core/Oci</c>.</param>
/// <param name="MayKnow">The names of other rooms; null for all.</param>
internal sealed record Room(string Folder, IReadOnlySet<string>? MayKnow)
{
    public string Name => Folder[(Folder.LastIndexOf('/') + 1)..];

    public string Namespace => Folder["src/".Length..].Replace('/', '.');

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
