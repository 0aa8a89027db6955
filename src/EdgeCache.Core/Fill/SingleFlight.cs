using System.Collections.Concurrent;

namespace EdgeCache.Core.Fill;

/// <summary>
/// Collapses concurrent requests for one key into one piece of work that no waiter can cancel. Work reports failures in its result; an exception
/// is a fault of ours and reaches every waiter as an exception of its own. Owned by whoever disposes it; safe for concurrent use.
/// </summary>
internal sealed class SingleFlight<TKey, TResult> : IAsyncDisposable
    where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, Flight> _flights = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationToken _stop;
    private readonly int _maxWaiters;
    private int _waiters;
    private int _disposed;

    /// <param name="maxWaiters">Waiters at once, over all keys.</param>
    public SingleFlight(int maxWaiters)
    {
        _maxWaiters = maxWaiters;
        _stop = _stopping.Token;
    }

    /// <summary>Runs the work for a key, or waits for the run in progress.</summary>
    /// <param name="work">Started at most once for the key; its token ends with the owner.</param>
    /// <returns>The result, and whether another request's run gave it; null when too many wait, or the owner has ended.</returns>
    /// <exception cref="OperationCanceledException">The waiter's own token; the work goes on. Or the owner ended while it waited.</exception>
    /// <exception cref="InvalidOperationException">The work threw; what it threw is within.</exception>
    public async ValueTask<(TResult Result, bool Joined)?> RunAsync(
        TKey key, Func<CancellationToken, Task<TResult>> work, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _waiters) > _maxWaiters || _stop.IsCancellationRequested)
        {
            Interlocked.Decrement(ref _waiters);
            return null;
        }

        try
        {
            var mine = new Flight();
            var flight = _flights.GetOrAdd(key, mine);
            var joined = !ReferenceEquals(flight, mine);
            if (!joined)
            {
                _ = Task.Run(() => FlyAsync(key, mine, work), CancellationToken.None);
            }

            var (result, fault) = await flight.Landing.WaitAsync(cancellationToken).ConfigureAwait(false);
            return fault switch
            {
                null => (result, joined),
                OperationCanceledException => throw new OperationCanceledException("The node is stopping.", fault),
                _ => throw new InvalidOperationException("The work that was waited for failed.", fault),
            };
        }
        finally
        {
            Interlocked.Decrement(ref _waiters);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        foreach (var flight in _flights.Values)
        {
            await flight.Landing.ConfigureAwait(false);
        }

        _stopping.Dispose();
    }

    /// <summary>Always lands, never with an exception.</summary>
    private async Task FlyAsync(TKey key, Flight flight, Func<CancellationToken, Task<TResult>> work)
    {
        TResult result = default!; // Read only where there is no fault.
        Exception? fault = null;
        try
        {
            result = await work(_stop).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            fault = error;
        }

        _flights.TryRemove(new KeyValuePair<TKey, Flight>(key, flight));
        flight.Land(result, fault);
    }

    private sealed class Flight
    {
        private readonly TaskCompletionSource<(TResult Result, Exception? Fault)> _landing = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<(TResult Result, Exception? Fault)> Landing => _landing.Task;

        public void Land(TResult result, Exception? fault) => _landing.SetResult((result, fault));
    }
}
