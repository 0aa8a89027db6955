namespace EdgeCache.Routing;

/// <summary>
/// Remembers what text was parsed into, so that parsing it again allocates nothing. Direct-mapped: a fixed number of slots, a newcomer takes
/// the place of whoever has its slot, so that a flood of random names costs a few strings and never memory. Safe for concurrent use without a
/// lock: a slot is one reference to an immutable entry. The runtime's string hash is seeded, so that nobody can aim at a slot.
/// </summary>
internal sealed class InternTable<T>
{
    private readonly Entry?[] _slots;

    /// <param name="slots">How many entries are kept at most: a power of two.</param>
    public InternTable(int slots)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(System.Numerics.BitOperations.IsPow2(slots), true, nameof(slots));
        _slots = new Entry?[slots];
    }

    /// <param name="scope">Compared by reference: the same text may mean different things in different scopes.</param>
    public bool TryGet(object? scope, ReadOnlySpan<char> text, out T value)
    {
        var entry = Volatile.Read(ref _slots[SlotOf(scope, text)]);
        if (entry is not null && ReferenceEquals(entry.Scope, scope) && text.SequenceEqual(entry.Text))
        {
            value = entry.Value;
            return true;
        }

        value = default!; // Not read where the result is false.
        return false;
    }

    public void Set(object? scope, ReadOnlySpan<char> text, T value) =>
        Volatile.Write(ref _slots[SlotOf(scope, text)], new Entry(scope, text.ToString(), value));

    private int SlotOf(object? scope, ReadOnlySpan<char> text)
    {
        var hash = string.GetHashCode(text) ^ (scope is null ? 0 : System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(scope));
        return hash & (_slots.Length - 1);
    }

    private sealed record Entry(object? Scope, string Text, T Value);
}
