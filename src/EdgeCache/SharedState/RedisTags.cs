using System.Globalization;
using EdgeCache.Core.Fill;
using EdgeCache.Core.Index;
using EdgeCache.Core.Oci;
using EdgeCache.Fleet;
using StackExchange.Redis;

namespace EdgeCache.SharedState;

/// <summary>
/// What upstream said of tags, in Redis: a hash for each tag, with a field for each class of Accept. A value counts only where the fleet has signed it for this very
/// tag and class. Safe for concurrent use.
/// </summary>
internal sealed class RedisTags(RedisLink link, FleetSecret secret, RedisMetrics metrics, TimeProvider time) : ISharedTags
{
    /// <summary>What is used less often than this may be asked for upstream.</summary>
    private static readonly TimeSpan MaxLifetime = TimeSpan.FromDays(1);

    /// <summary>
    /// Puts a value unless a newer one is there (ARGV: field, value, its time, now, lifetime). The comparison is Redis' own, so that no two writers come between
    /// each other; what claims to be of the future is nobody's word. 1 where it was put.
    /// </summary>
    private const string PutNewer = """
        local kind = redis.call('TYPE', KEYS[1])
        if kind.ok ~= 'hash' and kind.ok ~= 'none' then redis.call('DEL', KEYS[1]) end
        local known = redis.call('HGET', KEYS[1], ARGV[1])
        local at = known and tonumber(string.match(known, '^(%d+) '))
        if at and at >= tonumber(ARGV[3]) and at <= tonumber(ARGV[4]) then return 0 end
        redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
        redis.call('PEXPIRE', KEYS[1], ARGV[5])
        return 1
        """;

    /// <summary>Removes a value where it is still the same (ARGV: field, value).</summary>
    private const string RemoveSame = "if redis.call('HGET', KEYS[1], ARGV[1]) == ARGV[2] then return redis.call('HDEL', KEYS[1], ARGV[1]) end return 0";

    public async ValueTask<TagEntry?> FindAsync(RepositoryKey repository, Reference tag, ManifestTypes accept)
    {
        RedisKey key = KeyOf(repository, tag);
        var field = FieldOf(accept);
        var answer = await link.CallAsync(database => database.HashGetAsync(key, field)).ConfigureAwait(false);
        if (!answer.IsAnswered || answer.Value.IsNull)
        {
            return null;
        }

        if (SealedText.TryOpen(secret, About(repository, tag, field), (string?)answer.Value, out var text) && TagText.TryParse(text, out var entry))
        {
            // An entry of the future is absent: a clock is wrong somewhere, and it must not stay fresh for longer than others.
            return entry.ValidatedAt <= time.GetUtcNow() ? entry : null;
        }

        metrics.ValueRefused("tag");
        RedisValue refused = answer.Value;
        link.Post(database => database.ScriptEvaluateAsync(RemoveSame, [key], [field, refused]));
        return null;
    }

    public void Tell(RepositoryKey repository, in Reference tag, ManifestTypes accept, in TagEntry entry, TimeSpan lifetime)
    {
        RedisKey key = KeyOf(repository, tag);
        var field = FieldOf(accept);
        var value = SealedText.Seal(secret, About(repository, tag, field), TagText.Format(entry));
        RedisValue[] arguments =
        [
            field, value, entry.ValidatedAt.ToUnixTimeMilliseconds(), time.GetUtcNow().ToUnixTimeMilliseconds(),
            (long)Math.Ceiling((lifetime < MaxLifetime ? lifetime : MaxLifetime).TotalMilliseconds),
        ];
        link.Post(database => database.ScriptEvaluateAsync(PutNewer, [key], arguments));
    }

    public void Drop(RepositoryKey repository, in Reference tag)
    {
        RedisKey key = KeyOf(repository, tag);
        link.Post(database => database.KeyDeleteAsync(key));
    }

    private string KeyOf(RepositoryKey repository, in Reference tag) => link.Name($"tag:{repository}:{tag}");

    private static string FieldOf(ManifestTypes accept) => ((byte)accept).ToString(CultureInfo.InvariantCulture);

    private static string About(RepositoryKey repository, in Reference tag, string field) => $"tag\n{repository.Upstream}\n{repository.Repository}\n{tag}\n{field}";
}
