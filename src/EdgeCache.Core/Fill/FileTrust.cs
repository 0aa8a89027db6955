using EdgeCache.Core.Blobs;

namespace EdgeCache.Core.Fill;

/// <summary>
/// What is known of the file of a fill, which readers follow before it is durable: a disk may lose what it has taken, and what is read then may be anything. Safe for
/// concurrent use.
/// </summary>
/// <param name="isDiskBroken">Whether the disk is known to be broken: it may lose what it has taken, and not say so.</param>
internal sealed class FileTrust(Func<bool> isDiskBroken)
{
    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile BlobWriter? _writer;
    private Task<bool>? _look;
    private volatile bool _isDurable;
    private volatile bool _isDoubtful;

    public void Begin(BlobWriter writer) => _writer = writer;

    /// <summary>Whether what is read from the file is what was written, now and later.</summary>
    public bool IsDurable => _isDurable;

    /// <summary>The file is durable.</summary>
    public void Trust() => _isDurable = true;

    /// <summary>The disk did not say that it has the file, or has said that it lost some of it.</summary>
    public void Distrust() => _isDoubtful = true;

    /// <summary>No more will be known of it.</summary>
    public void Settle() => _settled.TrySetResult();

    /// <summary>
    /// Whether what has been read from the file until now was what was written; its content has been verified, and the caller has the file open. Bytes that a disk has lost do
    /// not come back, so that what is right now was right before. In doubt all of it is read.
    /// </summary>
    /// <param name="isBehind">Whether the caller had still to read when it was being made durable: that may find out a loss of which nobody was told, and is waited for.</param>
    public async ValueTask<bool> WasRightAsync(bool isBehind, CancellationToken cancellationToken)
    {
        if (isBehind)
        {
            await _settled.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        if (_isDurable || _writer is not { } writer || !IsDoubtful(writer))
        {
            return true;
        }

        // Who had read all of it before it was verified looks together with the others.
        var look = isBehind ? LookAsync(writer) : LazyInitializer.EnsureInitialized(ref _look, () => LookAsync(writer));
        return await look.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private static Task<bool> LookAsync(BlobWriter writer) => Task.Run(() => writer.IsIntactAsync(CancellationToken.None).AsTask());

    private bool IsDoubtful(BlobWriter writer)
    {
        try
        {
            writer.CheckWritten();
            return _isDoubtful || isDiskBroken();
        }
        catch (Exception error) when (DiskErrors.IsOfDisk(error))
        {
            return true;
        }
    }
}
