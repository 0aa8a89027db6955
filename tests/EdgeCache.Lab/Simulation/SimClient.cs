using EdgeCache.Core.Blobs;
using EdgeCache.Core.Fill;
using EdgeCache.Core.Oci;
using EdgeCache.Core.Store;

namespace EdgeCache.Lab.Simulation;

/// <summary>
/// A pull of one blob, as the blob handler answers it, in steps: look up, then send what is stored, follow a fill, or confirm and look up again. Every byte that it
/// gets is compared. Not thread-safe.
/// </summary>
internal sealed class SimClient(int number, SimObject wanted, RepositoryKey repository) : IDisposable
{
    /// <summary>As the handler: what was looked up may be gone before it is read.</summary>
    private const int MaxRounds = 3;

    private static readonly CancellationToken NoWaiting = new(canceled: true);
    private FillReader? _reader;
    private Task<Confirmation>? _confirming;
    private int _rounds;
    private long _position;
    private bool _isWrong;

    public SimObject Wanted => wanted;

    public RepositoryKey Repository => repository;

    public SimClientState State { get; private set; }

    /// <summary>Why it failed; null where a limit of the node refused it.</summary>
    public FillFailure? Failure { get; private set; }

    /// <summary>Waits for upstream's word on its repository.</summary>
    public bool IsConfirming => _confirming is { IsCompleted: false };

    public override string ToString() => $"client {number} of {wanted} in {repository}";

    /// <summary>Goes on as far as it can without waiting.</summary>
    /// <param name="maxBytes">How many bytes it reads at most.</param>
    public void Step(SimNode node, int maxBytes)
    {
        if (State != SimClientState.Active || IsConfirming)
        {
            return;
        }

        if (_confirming is { } confirmed)
        {
            _confirming = null;
            if (confirmed.GetAwaiter().GetResult().Failure is { } refused)
            {
                End(SimClientState.Failed, refused);
                return;
            }

            _reader?.Allow();
        }

        if (_reader is null)
        {
            LookUp(node);
        }
        else
        {
            Follow(_reader, maxBytes);
        }
    }

    public void Leave() => End(SimClientState.Left, null);

    public void Dispose() => _reader?.Dispose();

    private void LookUp(SimNode node)
    {
        if (_rounds++ >= MaxRounds)
        {
            End(SimClientState.Failed, new FillFailure(FailureSource.Store, OriginOutcome.Unavailable, "gone again and again"));
            return;
        }

        var found = node.Store.LookupBlob(repository, wanted.Digest);
        switch (found.State)
        {
            case LookupState.Fresh:
                ReadStored(node.Store);
                break;
            case LookupState.Unlinked:
                Confirm(node);
                break;
            default:
                Join(node, found);
                break;
        }
    }

    private void Join(SimNode node, Lookup found)
    {
        var outcome = node.Fills.JoinOrStart(repository, wanted.Digest, found.IsLinked, found.SizeBytes, FetchScope.Anywhere, out _reader);
        if (_reader is { NeedsConfirmation: true })
        {
            Confirm(node);
        }
        else if (outcome == JoinOutcome.Refused)
        {
            End(SimClientState.Refused, null);
        }
    }

    private void Confirm(SimNode node) => _confirming = node.ConfirmAsync(repository, wanted.Digest);

    private void ReadStored(CacheStore store)
    {
        using var stored = store.AcquireContentAsync(wanted.Digest, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        if (stored.IsNone)
        {
            return;
        }

        if (stored.Memory is { } memory)
        {
            Take(memory.Span);
        }
        else
        {
            Read(stored.Lease!, stored.SizeBytes);
        }

        EndWhole(stored.SizeBytes);
    }

    private void Follow(FillReader reader, int maxBytes)
    {
        // What is verified is waited for only to be read again, where the disk may have lost it.
        var wait = reader.WaitAsync(_position, reader.State == FillState.Verified ? CancellationToken.None : NoWaiting).AsTask();
        if (wait.IsCanceled)
        {
            return;
        }

        var progress = wait.GetAwaiter().GetResult();
        if (progress.State == FillState.Failed)
        {
            if (_position == 0 && !reader.IsLeader && progress is { IsOwnFailure: false, Failure.Source: FailureSource.Origin })
            {
                reader.Dispose();
                _reader = null;
                return;
            }

            End(SimClientState.Failed, progress.Failure);
            return;
        }

        if (progress.VisibleBytes > _position)
        {
            Read(reader.Lease, Math.Min(progress.VisibleBytes - _position, maxBytes));
        }

        if (progress.State == FillState.Verified && _position == progress.TotalBytes)
        {
            EndWhole(progress.TotalBytes);
        }
    }

    private void Read(BlobLease lease, long bytes)
    {
        var buffer = new byte[bytes];
        var count = lease.ReadAsync(buffer, _position, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        Take(buffer.AsSpan(0, count));
        if (count < bytes)
        {
            throw new SimulationFailedException($"{this}: the file ends {bytes - count} bytes before what was shown as visible.");
        }
    }

    private void Take(ReadOnlySpan<byte> bytes)
    {
        if (!wanted.Holders.Contains(repository))
        {
            throw new SimulationFailedException($"{this} got bytes that its repository does not hold.");
        }

        // A large body is sent while it comes, and cut before its end where it turns out to be wrong: only a whole one must be right.
        _isWrong |= _position + bytes.Length > wanted.Bytes.Length || !bytes.SequenceEqual(wanted.Bytes.AsSpan((int)_position, bytes.Length));

        _position += bytes.Length;
    }

    private void EndWhole(long totalBytes)
    {
        if (_isWrong || totalBytes != wanted.Bytes.Length || _position != totalBytes)
        {
            throw new SimulationFailedException($"{this} took {_position} of {totalBytes} bytes for the whole{(_isWrong ? ", and they are wrong" : string.Empty)}.");
        }

        End(SimClientState.Served, null);
    }

    private void End(SimClientState state, FillFailure? failure)
    {
        State = state;
        Failure = failure;
        _reader?.Dispose();
        _reader = null;
    }
}
