using EdgeCache.Origin;

namespace EdgeCache.Balancing;

/// <summary>The body of a member's answer on its way to the client: counts. Owns the stream it reads.</summary>
internal sealed class PassedBody(Stream inner, MemberAttempt attempt) : ReadOnlyStream
{
    private int _last;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // Who asks for more has sent what it had.
        attempt.CountSent(_last);
        _last = 0;
        _last = await inner.ReadAsync(buffer, cancellationToken);
        return _last;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
