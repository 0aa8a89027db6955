namespace EdgeCache.Core.Blobs;

/// <summary>How far the scrubber has come in its round, as it stands on disk.</summary>
/// <param name="StartedAt">When the round began, UTC.</param>
/// <param name="NextPrefix">The first byte of the digests that are next; 256 where the round is over.</param>
internal sealed record ScrubCursor(DateTimeOffset StartedAt, int NextPrefix, long Objects, long Bytes, long Damaged);
