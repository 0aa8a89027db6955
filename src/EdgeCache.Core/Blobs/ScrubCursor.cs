namespace EdgeCache.Core.Blobs;

/// <summary>How far the scrubber has come in its round, as it stands on disk.</summary>
/// <param name="StartedAt">When the round began, UTC.</param>
/// <param name="Folder">The last folder that is done; empty where none is.</param>
/// <param name="IsEnded">Whether the round is over.</param>
internal sealed record ScrubCursor(DateTimeOffset StartedAt, string Folder, long Objects, long Bytes, long Damaged, bool IsEnded);
