namespace EdgeCache.Testing;

/// <summary>One call of a <see cref="FaultyDisk"/>.</summary>
/// <param name="Name">The method's.</param>
/// <param name="Path">The file or folder; of a move, the new name.</param>
/// <param name="Offset">Of a write; 0 elsewhere.</param>
public sealed record DiskCall(string Name, string Path, long Offset = 0);
