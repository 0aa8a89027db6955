using FASTER.core;

namespace EdgeCache.Core.Index;

/// <summary>
/// What one FASTER session does with values: copies them. It also holds the outcome of the session's one pending read, so that nobody else's
/// can be taken for it. Not thread-safe, as its session.
/// </summary>
internal sealed class StoreFunctions<TValue> : FunctionsBase<IndexKey, TValue, TValue, TValue, Empty>
    where TValue : unmanaged, IIndexValue
{
    /// <summary>What the pending read found; read after it is complete.</summary>
    public TValue PendingValue;

    public bool PendingFound;

    public override bool SingleReader(ref IndexKey key, ref TValue input, ref TValue value, ref TValue dst, ref ReadInfo readInfo)
    {
        dst = value;
        return true;
    }

    public override bool ConcurrentReader(ref IndexKey key, ref TValue input, ref TValue value, ref TValue dst, ref ReadInfo readInfo)
    {
        dst = value;
        return true;
    }

    public override void ReadCompletionCallback(
        ref IndexKey key, ref TValue input, ref TValue output, Empty ctx, Status status, RecordMetadata recordMetadata)
    {
        PendingFound = status.Found;
        PendingValue = output;
    }
}
