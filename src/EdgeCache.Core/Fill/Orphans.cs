namespace EdgeCache.Core.Fill;

/// <summary>
/// The fills that nobody reads any more: how many may go on, and which. What is dropped is kept as far as it came, and goes on when somebody asks for it. Owned
/// by the table of fills; safe for concurrent use.
/// </summary>
/// <param name="fills">All fills in progress.</param>
internal sealed class Orphans(FillOptions options, TimeProvider time, Func<IEnumerable<BlobFill>> fills)
{
    private long _dropped;

    /// <summary>What they share.</summary>
    public OrphanPace Pace { get; } = new(options.OrphanBytesPerSecond, time);

    public int Count => fills().Count(fill => fill.IsOrphan);

    /// <summary>Fills that were dropped, since the start.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>The last reader of a fill has left.</summary>
    public void Add(BlobFill fill)
    {
        if (fill.Share < options.OrphanMinShare)
        {
            Drop(fill);
        }

        // The least advanced first: of the others less remains to be fetched.
        var others = fills().Where(other => other.IsOrphan).OrderByDescending(other => other.Share).Skip(options.MaxOrphans);
        foreach (var other in others)
        {
            Drop(other);
        }
    }

    private void Drop(BlobFill fill)
    {
        if (fill.TryAbandon())
        {
            Interlocked.Increment(ref _dropped);
        }
    }
}
