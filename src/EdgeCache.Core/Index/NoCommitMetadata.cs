using FASTER.core;

namespace EdgeCache.Core.Index;

/// <summary>
/// FasterLog's commit metadata, which nobody needs here: <see cref="JournalReader"/> finds the entries in the files themselves, so there is no file
/// whose damage could hide a whole journal.
/// </summary>
internal sealed class NoCommitMetadata : ILogCommitManager
{
    public static readonly NoCommitMetadata Instance = new();

    public void Commit(long beginAddress, long untilAddress, byte[] commitMetadata, long commitNum, bool forceWriteMetadata)
    {
    }

    public byte[] GetCommitMetadata(long commitNum) => [];

    public IEnumerable<long> ListCommits() => [];

    public void RemoveCommit(long commitNum)
    {
    }

    public void RemoveAllCommits()
    {
    }

    public void OnRecovery(long commitNum)
    {
    }

    public void Dispose()
    {
    }
}
