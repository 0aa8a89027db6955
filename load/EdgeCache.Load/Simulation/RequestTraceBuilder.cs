namespace EdgeCache.Load.Simulation;

/// <summary>Collects requests by their keys. Not thread-safe.</summary>
internal sealed class RequestTraceBuilder
{
    private readonly Dictionary<string, int> _numbers = [];
    private readonly List<int> _requests = [];
    private readonly List<long> _sizes = [];

    public int Requests => _requests.Count;

    /// <param name="key">What names the object.</param>
    /// <param name="sizeOf">Its size in bytes, asked at its first request.</param>
    public void Add(string key, Func<string, long> sizeOf)
    {
        if (!_numbers.TryGetValue(key, out var number))
        {
            number = _sizes.Count;
            _numbers.Add(key, number);
            _sizes.Add(sizeOf(key));
        }

        _requests.Add(number);
    }

    public RequestTrace Build() => new([.. _requests], [.. _sizes]);
}
