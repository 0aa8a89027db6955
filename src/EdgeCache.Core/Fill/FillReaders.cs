namespace EdgeCache.Core.Fill;

/// <summary>The readers of one fill, and how far each has come. That matters where the bytes pass through memory: what all have read may go. Safe for concurrent use.</summary>
internal sealed class FillReaders
{
    /// <summary>Protects everything below, and the readers' positions.</summary>
    private readonly Lock _gate = new();
    private readonly HashSet<FillReader> _all = [];

    /// <summary>True: all have; false: they take too long.</summary>
    private TaskCompletionSource<bool> _caughtUp = NewSignal();

    /// <summary>What the fill waits for all to have read; -1 where it waits for nothing.</summary>
    private long _awaited = -1;
    private int _behind;

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _all.Count;
            }
        }
    }

    /// <summary>Whether the fill waits for some of them.</summary>
    public bool IsAwaited
    {
        get
        {
            lock (_gate)
            {
                return _awaited >= 0;
            }
        }
    }

    public void Add(FillReader reader)
    {
        lock (_gate)
        {
            _all.Add(reader);
        }
    }

    public void Remove(FillReader reader)
    {
        lock (_gate)
        {
            if (_all.Remove(reader))
            {
                Pass(reader.Position);
            }
        }
    }

    /// <summary>A reader needs nothing before a position any more.</summary>
    public void Move(FillReader reader, long position)
    {
        lock (_gate)
        {
            var before = reader.Position;
            reader.Position = position;
            if (position >= _awaited)
            {
                Pass(before);
            }
        }
    }

    /// <summary>Waits until no reader needs anything before a position.</summary>
    /// <param name="patience">How long those may hold up the others who are behind; then they are lost. Where all are behind, nobody is held up.</param>
    /// <param name="lost">Called after some were lost, who may be waiting.</param>
    /// <returns>False where nobody reads any more.</returns>
    public async ValueTask<bool> WaitForAllAsync(long position, TimeSpan patience, TimeProvider clock, Action lost, CancellationToken cancellationToken)
    {
        while (TryAwait(position) is { } caughtUp)
        {
            await using var timer = clock.CreateTimer(_ => EndPatience(position), null, patience, Timeout.InfiniteTimeSpan);
            if (await caughtUp.WaitAsync(cancellationToken).ConfigureAwait(false))
            {
                continue;
            }

            foreach (var slow in FindSlow(position))
            {
                slow.Lose();
            }

            lost();
        }

        return Count > 0;
    }

    /// <summary>Marks those who still need something before a position (<see cref="FillReader.IsBehind"/>).</summary>
    public void MarkBehind(long position)
    {
        lock (_gate)
        {
            foreach (var reader in _all)
            {
                reader.IsBehind |= reader.Position < position;
            }
        }
    }

    /// <summary>Null where there is nobody to wait for.</summary>
    private Task<bool>? TryAwait(long position)
    {
        lock (_gate)
        {
            _behind = _all.Count(reader => reader.Position < position);
            _awaited = _behind > 0 ? position : -1;
            if (_behind == 0)
            {
                return null;
            }

            if (_caughtUp.Task.IsCompleted)
            {
                _caughtUp = NewSignal();
            }

            return _caughtUp.Task;
        }
    }

    /// <summary>Who holds up others.</summary>
    private List<FillReader> FindSlow(long position)
    {
        lock (_gate)
        {
            var slow = _all.Where(reader => reader.Position < position).ToList();
            return slow.Count < _all.Count ? slow : [];
        }
    }

    /// <summary>Under the lock: somebody leaves a position for one that is waited for, or for good.</summary>
    private void Pass(long position)
    {
        if (position < _awaited && --_behind == 0)
        {
            _awaited = -1;
            _caughtUp.TrySetResult(true);
        }
    }

    private void EndPatience(long position)
    {
        lock (_gate)
        {
            if (_awaited == position)
            {
                _awaited = -1;
                _caughtUp.TrySetResult(false);
            }
        }
    }

    private static TaskCompletionSource<bool> NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
