using System.Diagnostics;
using EdgeCache.Core.Oci;
using Microsoft.Extensions.Logging;

namespace EdgeCache.Core.Index;

/// <summary>
/// Copies what lives of the sealed generations into the one being written, then deletes them. An entry lives while the store's value has its sequence
/// number, so that a put or removal meanwhile simply wins. Where there are more links or tags than allowed, the first read, which are
/// the oldest, are forgotten in the store too. Used by the index's own loop only.
/// </summary>
internal sealed class JournalCompactor(Journal journal, RepositoryLinks links, TagIndex tags, IndexOptions options, ILogger logger)
{
    /// <summary>Average entry, until some have been seen: a tag of a short name with a SHA-256 digest.</summary>
    private const long TypicalEntryBytes = 150;

    private const int MaxGenerations = 16;
    private static readonly TimeSpan AppendPatience = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan StallLimit = TimeSpan.FromSeconds(30);

    private long _excessLinks;
    private long _excessTags;
    private long _kept;
    private long _dropped;

    /// <summary>Whether the journal is much longer than what lives in it, or holds more than the limits allow.</summary>
    public bool IsDue()
    {
        var liveBytes = (links.Count + tags.Count) * TypicalEntryBytes;
        return journal.SizeBytes > Math.Max(options.CompactAboveBytes, 4 * liveBytes)
            || journal.Sealed.Count >= MaxGenerations
            || links.Count > options.MaxLinks + (options.MaxLinks / 8)
            || tags.Count > options.MaxTags + (options.MaxTags / 8);
    }

    /// <summary>One compaction. False where the disk did not let it: then the old generations stay, and all is as true as before.</summary>
    public async ValueTask<bool> RunAsync(CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        if (!await journal.SwitchAsync().ConfigureAwait(false))
        {
            return false;
        }

        _excessLinks = Math.Max(0, links.Count - options.MaxLinks);
        _excessTags = Math.Max(0, tags.Count - options.MaxTags);
        _kept = _dropped = 0;
        var generations = journal.Sealed.ToArray();
        long read = 0;
        foreach (var generation in generations)
        {
            using var reader = new JournalReader(journal.FolderOf(generation));
            while (reader.TryRead(out var record))
            {
                if (cancellationToken.IsCancellationRequested || !TryCopy(in record))
                {
                    return false;
                }
            }

            read += reader.EntriesRead;
        }

        if (!await journal.CommitAsync(cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        journal.Delete(generations);
        IndexLog.Compacted(logger, _kept, read, _dropped, Stopwatch.GetElapsedTime(started).TotalSeconds);
        return true;
    }

    private bool TryCopy(in JournalRecord record)
    {
        switch (record.Kind)
        {
            case JournalKind.PutLink when !record.Digest.IsNone:
                var linkKey = IndexKey.ForLink(record.Upstream, record.Repository, in record.Digest);
                return !links.IsCurrent(in linkKey, record.Sequence) || TryKeepLink(in linkKey, in record);
            case JournalKind.PutTag when !record.Digest.IsNone:
                var tagKey = IndexKey.ForTag(record.Upstream, record.Repository, record.Tag, record.Accept);
                return !tags.IsCurrent(in tagKey, record.Sequence) || TryKeepTag(in tagKey, in record);

            // A removal goes together with all the puts that it removed; what it left in the store goes with it.
            case JournalKind.RemoveLink when !record.Digest.IsNone:
                links.Forget(IndexKey.ForLink(record.Upstream, record.Repository, in record.Digest), record.Sequence);
                return true;
            case JournalKind.RemoveTag:
                for (var accept = 0; accept < AcceptClasses.Count; accept++)
                {
                    tags.Forget(IndexKey.ForTag(record.Upstream, record.Repository, record.Tag, (ManifestTypes)accept), record.Sequence);
                }

                return true;
            default:
                return true;
        }
    }

    private bool TryKeepLink(in IndexKey key, in JournalRecord record)
    {
        if (_excessLinks == 0)
        {
            return TryAppend(record.Raw);
        }

        _excessLinks--;
        _dropped++;
        links.Forget(in key, record.Sequence);
        return true;
    }

    private bool TryKeepTag(in IndexKey key, in JournalRecord record)
    {
        if (_excessTags == 0)
        {
            return TryAppend(record.Raw);
        }

        _excessTags--;
        _dropped++;
        tags.Forget(in key, record.Sequence);
        return true;
    }

    /// <summary>Waits for the disk in short turns, so that puts come through in between.</summary>
    private bool TryAppend(ReadOnlySpan<byte> entry)
    {
        var started = Stopwatch.GetTimestamp();
        while (!journal.TryAppend(entry, AppendPatience))
        {
            if (journal.IsFailed || Stopwatch.GetElapsedTime(started) > StallLimit)
            {
                return false;
            }
        }

        _kept++;
        return true;
    }
}
