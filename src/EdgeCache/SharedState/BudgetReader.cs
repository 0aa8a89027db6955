using EdgeCache.Origin;

namespace EdgeCache.SharedState;

/// <summary>Reads every few seconds what other nodes were told of the budgets of this node's credentials.</summary>
internal sealed class BudgetReader(RedisBudgets budgets, Upstreams upstreams, RateLimits limits, TimeProvider time) : BackgroundService
{
    /// <summary>The most credentials that are read at once; a node of more knows of the rest what it is told itself.</summary>
    private const int MaxCredentials = 256;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>Reads once.</summary>
    internal async Task ReadAsync()
    {
        var endpoints = upstreams.All.SelectMany(upstream => upstream.Endpoints.Select(endpoint => (Upstream: upstream, Endpoint: endpoint))).Take(MaxCredentials).ToArray();
        var found = await budgets.FindAsync([.. endpoints.Select(entry => (entry.Endpoint.Authority, RateLimits.UserOf(entry.Endpoint)))]).ConfigureAwait(false);
        foreach (var ((upstream, endpoint), limit) in endpoints.Zip(found))
        {
            if (limit is { } known)
            {
                limits.Take(upstream, endpoint, known);
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            await ReadAsync().ConfigureAwait(false);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
    }
}
