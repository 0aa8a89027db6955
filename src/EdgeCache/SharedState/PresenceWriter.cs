using EdgeCache.Fleet;

namespace EdgeCache.SharedState;

/// <summary>Says every few seconds that this node is there, with its work; says so at once when it leaves, and takes its word back at the end.</summary>
/// <param name="address">This node as the others reach it.</param>
/// <param name="load">Its work now.</param>
internal sealed class PresenceWriter(PresenceStore store, MemberAddress address, Func<NodeLoad> load, TimeProvider time) : BackgroundService
{
    private volatile bool _isLeaving;

    /// <summary>The node drains from now on.</summary>
    public async ValueTask LeaveAsync()
    {
        _isLeaving = true;
        await WriteAsync().ConfigureAwait(false);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await store.RemoveAsync(address.Text).ConfigureAwait(false);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(NodePresence.Interval, time);
        do
        {
            if (!await WriteAsync().ConfigureAwait(false))
            {
                // The first time the link only begins to connect. Without Redis the next turn is soon enough.
                await Task.Delay(TimeSpan.FromMilliseconds(500), time, stoppingToken).ConfigureAwait(false);
                await WriteAsync().ConfigureAwait(false);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
    }

    private ValueTask<bool> WriteAsync() => store.PutAsync(new NodePresence(address, _isLeaving, load(), time.GetUtcNow()));
}
