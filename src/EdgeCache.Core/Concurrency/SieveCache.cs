using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace EdgeCache.Core.Concurrency;

/// <summary>
/// A bounded map whose hits take no lock and write at most one flag. What leaves is chosen by SIEVE (Zhang et al., NSDI 2024): a hand goes from the oldest entry
/// to the newest and takes the first one that was not used since it last came by. Safe for concurrent use.
/// </summary>
public sealed class SieveCache<TKey, TValue>
    where TKey : notnull
    where TValue : class
{
    private readonly ConcurrentDictionary<TKey, Node> _nodes = new();
    private readonly long _limit;
    private readonly Lock _gate = new(); // Protects the list, the hand and the weight.
    private Node? _newest;
    private Node? _oldest;
    private Node? _hand;
    private long _weight;

    /// <param name="limit">The greatest sum of weights.</param>
    public SieveCache(long limit)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        _limit = limit;
    }

    public int Count => _nodes.Count;

    /// <summary>The sum of the weights that are held.</summary>
    public long Weight => Volatile.Read(ref _weight);

    public bool TryGet(in TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        if (!_nodes.TryGetValue(key, out var node))
        {
            value = null;
            return false;
        }

        if (!Volatile.Read(ref node.IsUsed))
        {
            Volatile.Write(ref node.IsUsed, true);
        }

        value = node.Value;
        return true;
    }

    /// <param name="evicted">Gets the values that leave for want of room. The caller lets them go, after its own locks.</param>
    /// <returns>False where the key is there already, or the value alone is more than the limit; then nothing has changed.</returns>
    public bool TryAdd(in TKey key, TValue value, long weight = 1, ICollection<TValue>? evicted = null)
    {
        if (weight > _limit)
        {
            return false;
        }

        var node = new Node(key, value, weight);
        lock (_gate)
        {
            if (!_nodes.TryAdd(key, node))
            {
                return false;
            }

            Link(node);
            while (_weight > _limit)
            {
                var victim = TakeVictim();
                evicted?.Add(victim.Value);
            }
        }

        return true;
    }

    /// <summary>Takes an entry out; it does not count as evicted.</summary>
    public bool TryRemove(in TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        lock (_gate)
        {
            if (!_nodes.TryRemove(key, out var node))
            {
                value = null;
                return false;
            }

            Unlink(node);
            value = node.Value;
            return true;
        }
    }

    /// <summary>Takes everything out; nothing counts as evicted.</summary>
    public IReadOnlyList<TValue> Drain()
    {
        lock (_gate)
        {
            var values = _nodes.Values.Select(node => node.Value).ToList();
            _nodes.Clear();
            (_newest, _oldest, _hand, _weight) = (null, null, null, 0);
            return values;
        }
    }

    /// <summary>The newest entry is passed over: it was not there when the hand last came by.</summary>
    private Node TakeVictim()
    {
        // There are at least two: one alone is within the limit.
        var node = _hand ?? _oldest!;
        while (node.IsUsed || node == _newest)
        {
            node.IsUsed = false;
            node = node.Newer ?? _oldest!;
        }

        _hand = node.Newer;
        _nodes.TryRemove(node.Key, out _);
        Unlink(node);
        return node;
    }

    private void Link(Node node)
    {
        node.Older = _newest;
        if (_newest is not null)
        {
            _newest.Newer = node;
        }

        _newest = node;
        _oldest ??= node;
        Volatile.Write(ref _weight, _weight + node.Weight);
    }

    private void Unlink(Node node)
    {
        if (_hand == node)
        {
            _hand = node.Newer;
        }

        if (node.Newer is null)
        {
            _newest = node.Older;
        }
        else
        {
            node.Newer.Older = node.Older;
        }

        if (node.Older is null)
        {
            _oldest = node.Newer;
        }
        else
        {
            node.Older.Newer = node.Newer;
        }

        node.Older = null;
        node.Newer = null;
        Volatile.Write(ref _weight, _weight - node.Weight);
    }

    private sealed class Node(TKey key, TValue value, long weight)
    {
        public TKey Key { get; } = key;

        public TValue Value { get; } = value;

        public long Weight { get; } = weight;

        public Node? Newer { get; set; }

        public Node? Older { get; set; }

        public bool IsUsed;
    }
}
