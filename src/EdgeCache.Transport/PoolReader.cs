using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace EdgeCache.Transport;

/// <summary>
/// A connection's input that can be told, once the connection's protocol is known, to go on on a thread of the pool after every wait. HTTP/2 changes threads for
/// each stream anyway: where its reads began on a thread that waits for sockets, one request woke two.
/// </summary>
internal sealed class PoolReader(PipeReader input) : PipeReader
{
    private volatile bool _entersPool;

    public void EnterPool() => _entersPool = true;

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        var read = input.ReadAsync(cancellationToken);
        return read.IsCompleted || !_entersPool ? read : ReadOnPoolAsync(read);
    }

    public override bool TryRead(out ReadResult result) => input.TryRead(out result);

    public override void AdvanceTo(SequencePosition consumed) => input.AdvanceTo(consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => input.AdvanceTo(consumed, examined);

    public override void CancelPendingRead() => input.CancelPendingRead();

    public override void Complete(Exception? exception = null) => input.Complete(exception);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<ReadResult> ReadOnPoolAsync(ValueTask<ReadResult> read)
    {
        var result = await read;
        if (!PoolThread.IsCurrent)
        {
            await Task.Yield();
        }

        return result;
    }
}
