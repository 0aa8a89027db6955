namespace EdgeCache.Load.Measuring;

/// <summary>Which contents clients got whole, one after the other, so that a run can be replayed. Safe for concurrent use while it is written.</summary>
internal sealed class RequestLog
{
    /// <summary>Some 500 MB; a run of an hour at a thousand requests a second is less.</summary>
    private const int MaxEntries = 5_000_000;

    private readonly Lock _adding = new(); // Protects _entries.
    private readonly List<LoggedRequest> _entries = [];

    /// <summary>Whether something was left out.</summary>
    public bool IsFull { get; private set; }

    /// <summary>So many were there when the run began: what came before is its warm-up.</summary>
    public int WarmUps { get; private set; }

    /// <summary>When nobody adds any more.</summary>
    public IReadOnlyList<LoggedRequest> Entries => _entries;

    public void Add(in LoggedRequest request)
    {
        lock (_adding)
        {
            if (_entries.Count < MaxEntries)
            {
                _entries.Add(request);
            }
            else
            {
                IsFull = true;
            }
        }
    }

    /// <summary>The warm-up is over.</summary>
    public void Begin()
    {
        lock (_adding)
        {
            WarmUps = _entries.Count;
        }
    }
}
