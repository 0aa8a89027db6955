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

    private readonly CancellationTokenSource _stop = new();

    /// <exception cref="IOException">The body broke off, or its member died.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            var reading = content.ReadAsync(buffer, _stop.Token);
            if (!reading.IsCompleted)
            {
                reading = new ValueTask<int>(await WaitAsync(reading.AsTask(), cancellationToken));
            }

            var count = await reading;
            metrics.Read(count);
            return count;
        }
        catch (Exception error) when (error is IOException or HttpRequestException)
        {
            metrics.Asked(SiblingOutcome.Broken);
            throw error as IOException ?? new IOException($"The body of {member} broke off.", error);
        }
    }

    /// <summary>Leaves no read behind that would still write into the caller's buffer.</summary>
    private async ValueTask<Task<int>> WaitAsync(Task<int> reading, CancellationToken cancellationToken)
    {
        var isAlive = false;
        try
        {
            isAlive = await client.WaitAsync(reading, member, StallTimeout, cancellationToken);
        }
        finally
        {
            if (!isAlive)
            {
                await _stop.CancelAsync();
                await ((Task)reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        return isAlive ? reading : throw new IOException($"{member} has fallen silent.");
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            content.Dispose();
            response.Dispose();
            _stop.Dispose();
        }

        base.Dispose(disposing);
    }
}
