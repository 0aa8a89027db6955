namespace EdgeCache.Lab.Simulation;

/// <summary>A change of names: created (no From), moved, or deleted (no To).</summary>
/// <param name="Buried">Where the file lies that was replaced or deleted.</param>
internal sealed record NameChange(string? From, string? To, string? Buried)
{
    public bool Touches(string folder) => (To ?? From) is { } path && Path.GetDirectoryName(path) == folder;

    public void Forget()
    {
        if (Buried is not null)
        {
            File.Delete(Buried);
        }
    }

    public void Undo()
    {
        if (To is not null && From is not null)
        {
            File.Move(To, From);
        }
        else if (To is not null)
        {
            File.Delete(To);
        }

        if (Buried is not null)
        {
            File.Move(Buried, (To ?? From)!);
        }
    }
}
