using Microsoft.Extensions.Hosting;

namespace EdgeCache.Testing;

/// <summary>A host that leaves signals alone: they belong to the test runner.</summary>
internal sealed class PassiveLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
