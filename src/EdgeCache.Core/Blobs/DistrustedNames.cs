namespace EdgeCache.Core.Blobs;

/// <summary>Names of damaged files that the disk lets nobody remove: what stands under them is as good as absent. Bounded; safe for concurrent use.</summary>
internal sealed class DistrustedNames
{
    /// <summary>A disk with so many damaged files that cannot be removed serves nobody; the one that is forgotten may be checked, and found, again.</summary>
    private const int MaxNames = 4096;

    private readonly Lock _gate = new(); // Protects the set.
    private readonly HashSet<BlobKey> _names = [];
    private volatile bool _hasAny;

    public bool Contains(in BlobKey key)
    {
        if (!_hasAny)
        {
            return false;
        }

        lock (_gate)
        {
            return _names.Contains(key);
        }
    }

    public void Add(in BlobKey key)
    {
        lock (_gate)
        {
            if (_names.Count < MaxNames)
            {
                _names.Add(key);
                _hasAny = true;
            }
        }
    }

    public void Remove(in BlobKey key)
    {
        if (!_hasAny)
        {
            return;
        }

        lock (_gate)
        {
            _names.Remove(key);
            _hasAny = _names.Count > 0;
        }
    }
}
