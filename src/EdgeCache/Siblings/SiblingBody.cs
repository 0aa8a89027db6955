using EdgeCache.Fleet;
using EdgeCache.Origin;

namespace EdgeCache.Siblings;

/// <summary>
/// The body of one member's answer. While nothing comes the member is asked for a sign of life, so that a read ends soon after the member has. Owned by its
/// reader; one read at a time.
/// </summary>
/// <param name="client">Waits.</param>
internal sealed class SiblingBody(Stream content, HttpResponseMessage response, Member member, SiblingClient client, SiblingMetrics metrics)
    : ReadOnlyStream
{
    /// <summary>Of a member that lives: as long as an upstream may take.</summary>
    private static readonly TimeSpan StallTimeout = TimeSpan.FromSeconds(30);

    /// <exception cref="IOException">The body broke off, or its member died.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var reading = content.ReadAsync(buffer, cancellationToken);
        if (!reading.IsCompleted)
        {
            var task = reading.AsTask();
            if (!await client.WaitAsync(task, member, StallTimeout, cancellationToken))
            {
                // Ends the read: nothing writes into the caller's buffer any more.
                response.Dispose();
                await task.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
                throw new IOException($"{member} has fallen silent.");
            }

            reading = new ValueTask<int>(task);
        }

        var count = await reading;
        metrics.Read(count);
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            content.Dispose();
            response.Dispose();
        }

        base.Dispose(disposing);
    }
}
