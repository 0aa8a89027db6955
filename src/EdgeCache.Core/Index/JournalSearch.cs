using System.Text;
using EdgeCache.Core.Oci;

namespace EdgeCache.Core.Index;

/// <summary>Finds in the journal what the index, which goes by keys, cannot say. Reads beside its writer; what it deletes meanwhile is not found. Pure but for the files.</summary>
internal static class JournalSearch
{
    /// <param name="isLinked">Whether a link that the journal tells of still stands.</param>
    public static IReadOnlyDictionary<Digest, RepositoryKey> FindRepositories(
        Journal journal, IReadOnlySet<Digest> digests, Func<RepositoryKey, Digest, bool> isLinked, CancellationToken cancellationToken)
    {
        var found = new Dictionary<Digest, RepositoryKey>();
        foreach (var generation in journal.FindGenerations())
        {
            using var reader = new JournalReader(journal.FolderOf(generation));
            while (found.Count < digests.Count && !cancellationToken.IsCancellationRequested && reader.TryRead(out var record))
            {
                if (record.Kind == JournalKind.PutLink && digests.Contains(record.Digest) && !found.ContainsKey(record.Digest)
                    && RepositoryName.TryParse(Encoding.UTF8.GetString(record.Repository), out var name)
                    && new RepositoryKey(Encoding.UTF8.GetString(record.Upstream), name) is var repository && isLinked(repository, record.Digest))
                {
                    found[record.Digest] = repository;
                }
            }
        }

        return found;
    }
}
