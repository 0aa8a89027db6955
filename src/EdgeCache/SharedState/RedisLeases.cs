using System.Security.Cryptography;
using EdgeCache.Core.Fill;
using EdgeCache.Core.Oci;
using StackExchange.Redis;

namespace EdgeCache.SharedState;

/// <summary>
/// One node at a time fetches a digest: it holds the digest's lease in Redis and renews it while it fetches. A holder that is lost is replaced when its lease runs
/// out; where Redis does not answer nobody waits. Safe for concurrent use.
/// </summary>
internal sealed class RedisLeases(RedisLink link, LeaseTimes times, TimeProvider time) : IFillLeases
{
    private const string RenewOwn = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end return 0";
    private const string RemoveOwn = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0";

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(500);

    public async ValueTask<IAsyncDisposable?> TakeTurnAsync(Digest digest, CancellationToken cancellationToken)
    {
        RedisKey key = link.Name($"lease:{digest}");
        var owner = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var started = time.GetTimestamp();
        for (var pause = FirstPause; ; pause = pause < LongestPause ? pause * 2 : pause)
        {
            var answer = await link.CallAsync(database => database.StringSetAsync(key, owner, times.Lifetime, When.NotExists, CommandFlags.None)).ConfigureAwait(false);
            if (answer is { IsAnswered: true, Value: true })
            {
                return new Lease(this, key, owner);
            }

            if (!answer.IsAnswered || cancellationToken.IsCancellationRequested || time.GetElapsedTime(started) >= times.MaxWait)
            {
                return null;
            }

            await Task.Delay(pause, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private sealed class Lease : IAsyncDisposable
    {
        private readonly RedisLeases _leases;
        private readonly RedisKey _key;
        private readonly string _owner;
        private readonly ITimer _renewal;

        public Lease(RedisLeases leases, RedisKey key, string owner)
        {
            (_leases, _key, _owner) = (leases, key, owner);
            var third = leases.Times.Lifetime / 3;
            _renewal = leases.Time.CreateTimer(_ => Renew(), null, third, third);
        }

        public async ValueTask DisposeAsync()
        {
            await _renewal.DisposeAsync().ConfigureAwait(false);
            _leases.Link.Post(database => database.ScriptEvaluateAsync(RemoveOwn, [_key], [_owner]));
        }

        // A renewal that is lost is made up for by the next: the lease lasts for three of them.
        private void Renew() => _leases.Link.Post(database => database.ScriptEvaluateAsync(RenewOwn, [_key], [_owner, (long)_leases.Times.Lifetime.TotalMilliseconds]));
    }

    private RedisLink Link => link;

    private LeaseTimes Times => times;

    private TimeProvider Time => time;
}
