using EdgeCache.Core.Fill;
using EdgeCache.Origin;

namespace EdgeCache.Siblings;

/// <summary>
/// A body that goes on from elsewhere where it breaks off: what was read stands, and the rest is asked for from that offset on. The reader notices nothing; it
/// checks the digest of the whole. Owned by its reader; one read at a time.
/// </summary>
/// <param name="first">The answer whose body is read first. Owned from now on.</param>
/// <param name="reopen">Asks for the content from an offset on, from whoever may have it now.</param>
internal sealed class ResumingBody(OriginAnswer first, Func<long, CancellationToken, ValueTask<OriginAnswer>> reopen) : ReadOnlyStream
{
    /// <summary>After the first the rest comes from upstream, whose line may be bad.</summary>
    private const int MaxResumes = 3;

    private const int SkipBytes = 64 << 10;

    private readonly long? _totalBytes = first.ContentLength;
    private OriginAnswer _current = first;
    private long _position;
    private int _resumes;

    /// <summary>Whether what was read came from more than one place.</summary>
    public bool HasResumed => _resumes > 0;

    /// <exception cref="IOException">It broke off, and nobody had the rest.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            try
            {
                var count = await _current.Body.ReadAsync(buffer, cancellationToken);
                if (count > 0 || buffer.IsEmpty || _totalBytes is null || _position >= _totalBytes)
                {
                    _position += count;
                    return count;
                }
            }
            catch (Exception error) when (error is IOException or TimeoutException or HttpRequestException && _resumes < MaxResumes)
            {
                // Goes on below.
            }

            if (_resumes++ == MaxResumes)
            {
                throw new IOException("The body broke off too often.");
            }

            await ResumeAsync(cancellationToken);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            // Its body is a stream of ours or of the framework's: there is nothing to wait for.
            _current.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }

        base.Dispose(disposing);
    }

    public override ValueTask DisposeAsync() => _current.DisposeAsync();

    private async ValueTask ResumeAsync(CancellationToken cancellationToken)
    {
        await _current.DisposeAsync();
        _current = await reopen(_position, cancellationToken);
        if (_current.Outcome != OriginOutcome.Found || (_current.Offset != _position && _current.Offset != 0))
        {
            throw new IOException($"The body broke off after {_position} bytes, and the rest is not to be had: {_current.Outcome}, {_current.Reason}.");
        }

        if (_totalBytes is { } total && _current.ContentLength is { } rest && _current.Offset + rest != total)
        {
            throw new IOException($"The body broke off after {_position} bytes, and the rest is of another length.");
        }

        if (_current.Offset != _position)
        {
            await SkipAsync(_position, cancellationToken);
        }
    }

    /// <summary>The new body begins at the beginning: what has been read of it is read past.</summary>
    private async ValueTask SkipAsync(long count, CancellationToken cancellationToken)
    {
        var scratch = new byte[(int)Math.Min(count, SkipBytes)];
        while (count > 0)
        {
            var read = await _current.Body.ReadAsync(scratch.AsMemory(0, (int)Math.Min(count, scratch.Length)), cancellationToken);
            if (read == 0)
            {
                throw new IOException("The body is shorter than before.");
            }

            count -= read;
        }
    }
}
