using System.Globalization;
using EdgeCache.Fleet;
using EdgeCache.Origin;
using StackExchange.Redis;

namespace EdgeCache.SharedState;

/// <summary>
/// What upstreams last said of the budget of each credential, in Redis. The key tells neither the endpoint nor the user, and nothing of the credential is there. Safe
/// for concurrent use.
/// </summary>
internal sealed class RedisBudgets(RedisLink link, FleetSecret secret, RedisMetrics metrics) : ISharedBudgets
{
    private const int Parts = 4;

    private static readonly TimeSpan MaxLifetime = TimeSpan.FromDays(1);

    public void Tell(string authority, string username, RateLimit limit)
    {
        var name = NameOf(authority, username);
        RedisKey key = link.Name(name);
        var lifetime = limit.Window <= TimeSpan.Zero ? RateLimit.UsualWindow : limit.Window < MaxLifetime ? limit.Window : MaxLifetime;
        var text = string.Create(CultureInfo.InvariantCulture, $"{limit.SeenAt.ToUnixTimeMilliseconds()} {limit.Limit} {limit.Remaining} {(long)limit.Window.TotalSeconds}");
        var value = SealedText.Seal(secret, name, text);
        link.Post(database => database.StringSetAsync(key, value, lifetime, When.Always, CommandFlags.None));
    }

    /// <summary>What was told last, for as many credentials; null where that is not known.</summary>
    public async ValueTask<RateLimit?[]> FindAsync(IReadOnlyList<(string Authority, string Username)> credentials)
    {
        var names = credentials.Select(credential => NameOf(credential.Authority, credential.Username)).ToArray();
        var answer = await link.CallAsync(database => Task.WhenAll(Array.ConvertAll(names, name => database.StringGetAsync(link.Name(name))))).ConfigureAwait(false);
        return answer is { IsAnswered: true, Value: { } values } ? [.. names.Zip(values, Open)] : new RateLimit?[names.Length];
    }

    private RateLimit? Open(string name, RedisValue value)
    {
        if (value.IsNull)
        {
            return null;
        }

        if (SealedText.TryOpen(secret, name, (string?)value, out var text) && TryParse(text, out var limit))
        {
            return limit;
        }

        metrics.ValueRefused("budget");
        return null;
    }

    private static bool TryParse(string text, out RateLimit limit)
    {
        limit = default;
        var parts = text.Split(' ', Parts + 1);
        if (parts.Length != Parts
            || !UnixTime.TryParse(parts[0], out var seenAt)
            || !long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var most)
            || !long.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var remaining)
            || !int.TryParse(parts[3], NumberStyles.None, CultureInfo.InvariantCulture, out var windowSeconds))
        {
            return false;
        }

        limit = new RateLimit(most, remaining, TimeSpan.FromSeconds(windowSeconds), seenAt);
        return true;
    }

    private string NameOf(string authority, string username) => "budget:" + secret.Sign(SecretPurpose.SharedState, $"budget of\n{authority}\n{username}");
}
