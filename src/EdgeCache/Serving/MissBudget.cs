using System.Buffers.Binary;
using System.Net;
using System.Threading.RateLimiting;
using EdgeCache.Configuration;
using EdgeCache.Core.Concurrency;
using EdgeCache.Core.Fill;
using EdgeCache.Telemetry;

namespace EdgeCache.Serving;

/// <summary>
/// How much one client may have asked of the upstreams: each fill that it starts, and each question that it causes, takes a token of its bucket. What is held
/// costs nothing. A client is an IPv4 address or an IPv6 /64, of which one host may have all. Siblings are not counted: they ask for their clients.
/// Safe for concurrent use.
/// </summary>
internal sealed class MissBudget(LimitOptions limits, ClientAddresses addresses) : IDisposable
{
    /// <summary>Some 200 bytes each. Who comes after them begins with a full bucket, and pushes out one that was not used for long.</summary>
    private const int MaxClients = 50_000;

    private const int SecondsPerMinute = 60;

    private readonly SieveCache<(bool IsV6, ulong Prefix), TokenBucketRateLimiter> _buckets = new(MaxClients);

    /// <returns>False where the client has to wait.</returns>
    public bool TrySpend(HttpContext context, RequestRecord record)
    {
        if (limits.MissesPerMinute == 0 || record.Scope != FetchScope.Anywhere)
        {
            return true;
        }

        var bucket = BucketOf(KeyOf(addresses.Of(context)));
        bucket.TryReplenish();
        using var lease = bucket.AttemptAcquire();
        return lease.IsAcquired;
    }

    public void Dispose()
    {
        foreach (var bucket in _buckets.Drain())
        {
            bucket.Dispose();
        }
    }

    internal static (bool IsV6, ulong Prefix) KeyOf(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        _ = address.TryWriteBytes(bytes, out var written);
        return (written == 16, BinaryPrimitives.ReadUInt64BigEndian(bytes));
    }

    private TokenBucketRateLimiter BucketOf((bool IsV6, ulong Prefix) client)
    {
        while (true)
        {
            if (_buckets.TryGet(client, out var known))
            {
                return known;
            }

            var bucket = new TokenBucketRateLimiter(new TokenBucketRateLimiterOptions
            {
                TokenLimit = limits.MissesPerMinute,
                TokensPerPeriod = Math.Max(1, limits.MissesPerMinute / SecondsPerMinute),
                ReplenishmentPeriod = TimeSpan.FromSeconds(Math.Max(1, (double)SecondsPerMinute / limits.MissesPerMinute)),
                QueueLimit = 0,
                // Without a timer: time is counted when a token is taken. What leaves the map needs no disposal then.
                AutoReplenishment = false,
            });
            if (_buckets.TryAdd(client, bucket))
            {
                return bucket;
            }

            bucket.Dispose();
        }
    }
}
