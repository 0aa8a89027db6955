using EdgeCache.Core.Oci;
using Microsoft.Extensions.Logging;

namespace EdgeCache.Core.Index;

/// <summary>Applies journal entries to the links and tags: all of them at the start. Used by one thread; puts by others go on meanwhile and win.</summary>
internal sealed class JournalReplay(Journal journal, RepositoryLinks links, TagIndex tags, ILogger logger)
{
    /// <summary>Whether a generation was damaged, so that what it still holds should move to a new one.</summary>
    public bool FoundDamage { get; private set; }

    public long EntriesRead { get; private set; }

    /// <summary>Applies every entry of every sealed generation; stops early when cancelled. Never throws for what it reads.</summary>
    public void Run(CancellationToken cancellationToken)
    {
        foreach (var generation in journal.Sealed)
        {
            using var reader = new JournalReader(journal.FolderOf(generation));
            while (!cancellationToken.IsCancellationRequested && reader.TryRead(out var record))
            {
                Apply(in record);
            }

            EntriesRead += reader.EntriesRead;
            if (reader.DamagedPlaces > 0)
            {
                FoundDamage = true;
                IndexLog.JournalDamaged(logger, generation, reader.DamagedPlaces);
            }
        }
    }

    private void Apply(in JournalRecord record)
    {
        switch (record.Kind)
        {
            case JournalKind.PutLink when !record.Digest.IsNone:
                links.Put(
                    IndexKey.ForLink(record.Upstream, record.Repository, in record.Digest),
                    record.Type, record.SizeBytes, record.Ticks, record.Sequence);
                break;
            case JournalKind.RemoveLink when !record.Digest.IsNone:
                links.RemoveForReplay(IndexKey.ForLink(record.Upstream, record.Repository, in record.Digest), record.Sequence);
                break;
            case JournalKind.PutTag when !record.Digest.IsNone:
                tags.Put(
                    IndexKey.ForTag(record.Upstream, record.Repository, record.Tag, record.Accept),
                    in record.Digest, record.Type, record.SizeBytes, record.Ticks, record.Sequence);
                break;
            case JournalKind.RemoveTag:
                for (var accept = 0; accept < AcceptClasses.Count; accept++)
                {
                    tags.RemoveForReplay(
                        IndexKey.ForTag(record.Upstream, record.Repository, record.Tag, (ManifestTypes)accept), record.Sequence);
                }

                break;
        }
    }
}
