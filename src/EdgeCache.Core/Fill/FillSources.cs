using EdgeCache.Core.Oci;

namespace EdgeCache.Core.Fill;

/// <summary>Where the bytes of one fill may be fetched from, in the order they came. Not thread-safe: under its fill's lock.</summary>
internal sealed class FillSources
{
    private const int MaxSources = 16;

    private readonly List<FillSource> _all = [];
    private int _asked;

    /// <summary>Whether any has been tried.</summary>
    public bool HasAsked => _asked > 0;

    /// <summary>The source that a reader may rely on, its own where it brings one; null where it has none.</summary>
    public FillSource? Join(RepositoryKey repository, bool linked, long expectedBytes)
    {
        var source = _all.Find(candidate => candidate.Repository == repository);
        if (source is not null && !linked && _all.IndexOf(source) > Math.Max(_asked - 1, 0))
        {
            // Neither tried nor the next to be: it may never be asked, and then would never give the right that this reader needs.
            return null;
        }

        if (source is null && (linked || _all.Count == 0) && _all.Count < MaxSources)
        {
            source = new FillSource(repository, expectedBytes);
            _all.Add(source);
        }

        return source;
    }

    /// <summary>The next that is not refused, in the order they came and round again; null where there is none.</summary>
    /// <param name="last">The one that was tried last; null at the beginning.</param>
    public FillSource? Next(FillSource? last)
    {
        var first = last is null ? 0 : _all.IndexOf(last) + 1;
        for (var step = 0; step < _all.Count; step++)
        {
            var index = (first + step) % _all.Count;
            if (_all[index].Failure is null)
            {
                _asked = Math.Max(_asked, index + 1);
                return _all[index];
            }
        }

        return null;
    }
}
