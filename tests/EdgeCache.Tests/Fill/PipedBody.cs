using System.IO.Pipelines;

namespace EdgeCache.Tests.Fill;

/// <summary>A body that the test feeds piece by piece, and may break off.</summary>
internal sealed class PipedBody
{
    private readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: 0));

    public PipedBody() => Stream = _pipe.Reader.AsStream();

    public Stream Stream { get; }

    public async Task SendAsync(ReadOnlyMemory<byte> bytes) => await _pipe.Writer.WriteAsync(bytes);

    public void End() => _pipe.Writer.Complete();

    public void Break() => _pipe.Writer.Complete(new IOException("The connection was reset."));
}
