using EdgeCache.Fleet;
using StackExchange.Redis;

namespace EdgeCache.SharedState;

/// <summary>
/// The nodes' presence in Redis: one key for each node, which Redis forgets by itself, and a sorted set of their names, since a cluster cannot list keys. Ages in
/// the set are by Redis' own clock. Safe for concurrent use.
/// </summary>
internal sealed class PresenceStore(RedisLink link, FleetSecret secret, RedisMetrics metrics, TimeProvider time)
{
    /// <summary>The most entries that are read; the youngest.</summary>
    public const int MaxEntries = 256;

    /// <summary>Names a node (ARGV: its name, how long a name is kept) and takes out the names of those who have not been heard of.</summary>
    private const string PutName = """
        local kind = redis.call('TYPE', KEYS[1])
        if kind.ok ~= 'zset' and kind.ok ~= 'none' then redis.call('DEL', KEYS[1]) end
        local now = tonumber(redis.call('TIME')[1])
        redis.call('ZADD', KEYS[1], now, ARGV[1])
        redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - tonumber(ARGV[2]))
        redis.call('ZREMRANGEBYSCORE', KEYS[1], now + 1, '+inf')
        redis.call('EXPIRE', KEYS[1], ARGV[2])
        return 1
        """;

    private const int NameSeconds = 60;

    /// <summary>Says that a node is there.</summary>
    /// <returns>Whether Redis has it.</returns>
    public async ValueTask<bool> PutAsync(NodePresence presence)
    {
        var name = presence.Address.Text;
        RedisKey key = KeyOf(name);
        RedisKey names = NamesKey;
        var value = SealedText.Seal(secret, About(name), presence.Format());
        var answer = await link.CallAsync(async database =>
        {
            var named = database.ScriptEvaluateAsync(PutName, [names], [name, NameSeconds]);
            var put = database.StringSetAsync(key, value, NodePresence.Lifetime, When.Always, CommandFlags.None);
            await Task.WhenAll(named, put).ConfigureAwait(false);
            return await put.ConfigureAwait(false);
        }).ConfigureAwait(false);
        return answer is { IsAnswered: true, Value: true };
    }

    /// <summary>Takes a node's word back.</summary>
    public async ValueTask RemoveAsync(string name)
    {
        RedisKey key = KeyOf(name);
        RedisKey names = NamesKey;
        await link.CallAsync(async database =>
        {
            await Task.WhenAll(database.KeyDeleteAsync(key), database.SortedSetRemoveAsync(names, name)).ConfigureAwait(false);
            return true;
        }).ConfigureAwait(false);
    }

    /// <summary>The nodes that said lately that they are there; null where Redis does not answer. What the fleet has not signed, or not lately, is left out.</summary>
    public async ValueTask<IReadOnlyList<NodePresence>?> ListAsync()
    {
        RedisKey names = NamesKey;
        var found = await link.CallAsync(database => database.SortedSetRangeByRankAsync(names, 0, MaxEntries - 1, Order.Descending)).ConfigureAwait(false);
        if (found is not { IsAnswered: true, Value: { } members })
        {
            return null;
        }

        // A name that is none of ours is no key either.
        var known = members.Select(member => (string?)member).OfType<string>()
            .Where(name => name.Length <= SealedText.MaxLength && MemberAddress.TryParse(name, out var address) && address.Text == name).ToArray();
        if (known.Length == 0)
        {
            return [];
        }

        var values = await link.CallAsync(database => Task.WhenAll(Array.ConvertAll(known, name => database.StringGetAsync(KeyOf(name))))).ConfigureAwait(false);
        return values is { IsAnswered: true, Value: { } texts }
            ? [.. known.Zip(texts, (name, text) => Open(name, text)).OfType<NodePresence>()]
            : null;
    }

    private NodePresence? Open(string name, RedisValue value)
    {
        if (value.IsNull)
        {
            return null;
        }

        if (SealedText.TryOpen(secret, About(name), (string?)value, out var text)
            && NodePresence.TryParse(text, out var presence) && presence.Address.Text == name
            && (time.GetUtcNow() - presence.Time).Duration() <= NodePresence.Lifetime + SignedStamp.Skew)
        {
            return presence;
        }

        metrics.ValueRefused("presence");
        return null;
    }

    private string NamesKey => link.Name("nodes");

    private string KeyOf(string name) => link.Name($"node:{name}");

    private static string About(string name) => $"node\n{name}";
}
