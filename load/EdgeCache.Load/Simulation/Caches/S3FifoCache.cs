namespace EdgeCache.Load.Simulation.Caches;

/// <summary>
/// S3-FIFO (Yang and others, SOSP 2023): new objects wait in a small queue of a tenth of the room; who is used there goes to the main queue, in which use puts
/// off the end; of who is not, the name is kept a while, and coming back it goes to the main queue at once.
/// </summary>
internal sealed class S3FifoCache : ISimulatedCache
{
    private const int SmallShare = 10;
    private const byte MaxUses = 3;

    private readonly RequestTrace _trace;
    private readonly long _capacityBytes;
    private readonly long _smallCapacityBytes;
    private readonly byte[] _uses;
    private readonly bool[] _holds;
    private readonly bool[] _isRemembered;
    private readonly Queue<int> _small = new();
    private readonly Queue<int> _main = new();
    private readonly Queue<int> _ghosts = new();
    private long _smallBytes;
    private long _mainBytes;
    private long _ghostBytes;

    public S3FifoCache(RequestTrace trace, long capacityBytes)
    {
        (_trace, _capacityBytes, _smallCapacityBytes) = (trace, capacityBytes, capacityBytes / SmallShare);
        _uses = new byte[trace.Objects];
        _holds = new bool[trace.Objects];
        _isRemembered = new bool[trace.Objects];
    }

    public bool Request(int index)
    {
        var number = _trace.Requests[index];
        if (_holds[number])
        {
            _uses[number] = (byte)Math.Min(MaxUses, _uses[number] + 1);
            return true;
        }

        var size = _trace.SizeBytes[number];
        if (size > _capacityBytes)
        {
            return false;
        }

        while (_smallBytes + _mainBytes + size > _capacityBytes)
        {
            Evict();
        }

        _uses[number] = 0;
        _holds[number] = true;
        if (_isRemembered[number])
        {
            _isRemembered[number] = false;
            EnterMain(number);
        }
        else
        {
            _small.Enqueue(number);
            _smallBytes += size;
        }

        return false;
    }

    public void Dispose()
    {
    }

    private void Evict()
    {
        if (_small.Count > 0 && (_smallBytes > _smallCapacityBytes || _main.Count == 0))
        {
            EvictFromSmall();
        }
        else
        {
            EvictFromMain();
        }
    }

    /// <summary>Moves those who were used until one leaves, or none is left.</summary>
    private void EvictFromSmall()
    {
        while (_small.TryDequeue(out var number))
        {
            _smallBytes -= _trace.SizeBytes[number];
            if (_uses[number] > 1)
            {
                _uses[number] = 0;
                EnterMain(number);
                continue;
            }

            _holds[number] = false;
            Remember(number);
            return;
        }
    }

    private void EvictFromMain()
    {
        while (_main.TryDequeue(out var number))
        {
            if (_uses[number] > 0)
            {
                _uses[number]--;
                _main.Enqueue(number);
                continue;
            }

            _holds[number] = false;
            _mainBytes -= _trace.SizeBytes[number];
            return;
        }
    }

    private void EnterMain(int number)
    {
        _main.Enqueue(number);
        _mainBytes += _trace.SizeBytes[number];
    }

    /// <summary>Keeps the names of as many bytes as the main queue may hold; of one that came back meanwhile, the entry runs out by itself.</summary>
    private void Remember(int number)
    {
        _ghosts.Enqueue(number);
        _isRemembered[number] = true;
        _ghostBytes += _trace.SizeBytes[number];
        while (_ghostBytes > _capacityBytes - _smallCapacityBytes && _ghosts.TryDequeue(out var forgotten))
        {
            _ghostBytes -= _trace.SizeBytes[forgotten];
            _isRemembered[forgotten] = false;
        }
    }
}
