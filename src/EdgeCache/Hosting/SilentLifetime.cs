namespace EdgeCache.Hosting;

/// <summary>A host lifetime that takes no signals: <see cref="EdgeServer"/> is stopped by who started it, since many run in one process.</summary>
internal sealed class SilentLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
