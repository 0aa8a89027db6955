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
    private readonly int _maxWaiters;
    private int _waiters;

    public SingleFlight(int maxWaiters) => _maxWaiters = maxWaiters;

    /// <summary>Runs the work for a key, or waits for the run in progress.</summary>
    /// <param name="work">Started at most once for the key; its token ends with the owner.</param>
    /// <returns>The result, and whether another request's run gave it; null when too many wait.</returns>
    /// <exception cref="OperationCanceledException">The waiter's own token; the work goes on.</exception>
    public async ValueTask<(TResult Result, bool Joined)?> RunAsync(
        TKey key, Func<CancellationToken, Task<TResult>> work, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _waiters) > _maxWaiters)
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
                mine.Task = Task.Run(() => FlyAsync(key, mine, work), CancellationToken.None);
            }

            return (await flight.Result.WaitAsync(cancellationToken).ConfigureAwait(false), joined);
        }
        finally
        {
            Interlocked.Decrement(ref _waiters);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        foreach (var flight in _flights.Values)
        {
            await flight.Result.ContinueWith(static _ => { }, TaskScheduler.Default).ConfigureAwait(false);
        }

        _stopping.Dispose();
    }

    private async Task FlyAsync(TKey key, Flight flight, Func<CancellationToken, Task<TResult>> work)
    {
        try
        {
            var result = await work(_stopping.Token).ConfigureAwait(false);
            _flights.TryRemove(new KeyValuePair<TKey, Flight>(key, flight));
            flight.SetResult(result);
        }
        catch (Exception error)
        {
            _flights.TryRemove(new KeyValuePair<TKey, Flight>(key, flight));
            flight.SetException(error);
        }
    }

    private sealed class Flight
    {
        private readonly TaskCompletionSource<TResult> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<TResult> Result => _result.Task;

        /// <summary>The running work; kept so that it has an owner.</summary>
        public Task? Task { get; set; }

        public void SetResult(TResult result) => _result.TrySetResult(result);

        public void SetException(Exception error)
        {
            _result.TrySetException(error);

            // Where every waiter has left nobody observes it; that is no reason to end the process.
            _ = _result.Task.Exception;
        }
    }
}
