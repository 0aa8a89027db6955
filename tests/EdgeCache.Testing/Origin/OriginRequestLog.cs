using EdgeCache.Core.Oci;

namespace EdgeCache.Testing.Origin;

/// <summary>Every request an origin received, in order of arrival, with counts. Bounded; safe for concurrent use.</summary>
public sealed class OriginRequestLog
{
    /// <summary>More requests than this end the test: it is a storm.</summary>
    public const int MaxRequests = 200_000;

    // Protects _requests and _waiters.
    private readonly Lock _gate = new();
    private readonly List<OriginRequest> _requests = [];
    private readonly List<Waiter> _waiters = [];

    public IReadOnlyList<OriginRequest> Requests
    {
        get
        {
            lock (_gate)
            {
                return [.. _requests];
            }
        }
    }

    public int Count(Predicate<OriginRequest> match)
    {
        lock (_gate)
        {
            return _requests.Count(request => match(request));
        }
    }

    public int Count(OriginRequestKind kind) => Count(When.Kind(kind));

    public int Count(OriginRequestKind kind, Digest digest) => Count(request => request.Kind == kind && request.Digest == digest);

    public IReadOnlyList<OriginRequest> Where(Predicate<OriginRequest> match)
    {
        lock (_gate)
        {
            return [.. _requests.Where(request => match(request))];
        }
    }

    /// <summary>Bytes of bodies sent so far for the requests that match.</summary>
    public long BytesSent(Predicate<OriginRequest> match) => Where(match).Sum(request => request.BytesSent);

    /// <summary>Forgets what was so far.</summary>
    public void Clear() => TakeAll();

    /// <summary>Gives what was so far and forgets it.</summary>
    public IReadOnlyList<OriginRequest> TakeAll()
    {
        lock (_gate)
        {
            IReadOnlyList<OriginRequest> all = [.. _requests];
            _requests.Clear();
            return all;
        }
    }

    /// <summary>Completes when that many matching requests have arrived, those of the past included; gives the last of them.</summary>
    /// <exception cref="TimeoutException">They did not arrive within the time, 30 s unless told otherwise.</exception>
    public Task<OriginRequest> WaitAsync(Predicate<OriginRequest> match, int count = 1, TimeSpan? timeout = null)
    {
        var waiter = new Waiter(match, count);
        lock (_gate)
        {
            if (!_requests.Any(waiter.Offer))
            {
                _waiters.Add(waiter);
            }
        }

        return waiter.Task.WaitAsync(timeout ?? TimeSpan.FromSeconds(30));
    }

    internal void Add(OriginRequest request)
    {
        lock (_gate)
        {
            if (_requests.Count == MaxRequests)
            {
                throw new InvalidOperationException($"The origin got more than {MaxRequests} requests.");
            }

            _requests.Add(request);
            _waiters.RemoveAll(waiter => waiter.Offer(request));
        }
    }

    private sealed class Waiter(Predicate<OriginRequest> match, int count)
    {
        private readonly TaskCompletionSource<OriginRequest> _source = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _missing = count;

        public Task<OriginRequest> Task => _source.Task;

        /// <summary>Whether this request was the last one waited for.</summary>
        public bool Offer(OriginRequest request) => match(request) && --_missing == 0 && _source.TrySetResult(request);
    }
}
