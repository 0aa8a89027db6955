using EdgeCache.Core.Fill;
using EdgeCache.Siblings;
using Xunit;

namespace EdgeCache.Tests.Siblings;

public sealed class ResumingBodyTests
{
    private static readonly byte[] Content = [.. Enumerable.Range(0, 100_000).Select(index => (byte)(index * 7))];

    private readonly List<long> _asked = [];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task BrokenOff_GoesOnFromTheOffset_AlsoAtOneWhoIgnoresIt(bool ignoresOffset)
    {
        await using var body = new ResumingBody(Answer(0, breaksAfter: 40_000), (offset, _) => Next(ignoresOffset ? 0 : offset, offset));
        Assert.Equal(Content, await ReadAsync(body));
        Assert.Equal([40_000], _asked);
    }

    [Fact]
    public async Task EndedEarly_IsBrokenOff()
    {
        await using var body = new ResumingBody(Answer(0, endsAfter: 10), (offset, _) => Next(offset, offset));
        Assert.Equal(Content, await ReadAsync(body));
        Assert.Equal([10], _asked);
    }

    [Fact]
    public async Task BrokenTooOften_Fails()
    {
        await using var body = new ResumingBody(Answer(0, breaksAfter: 1), (offset, _) =>
        {
            _asked.Add(offset);
            return ValueTask.FromResult(Answer(offset, breaksAfter: 1));
        });
        await Assert.ThrowsAnyAsync<IOException>(() => ReadAsync(body));
        Assert.Equal([1, 2, 3], _asked);
    }

    [Fact]
    public async Task NobodyHasTheRest_OrAnotherLength_Fails()
    {
        await using var gone = new ResumingBody(Answer(0, breaksAfter: 1), (_, _) => ValueTask.FromResult(new OriginAnswer(OriginOutcome.NotFound)));
        await Assert.ThrowsAnyAsync<IOException>(() => ReadAsync(gone));
        await using var other = new ResumingBody(Answer(0, breaksAfter: 1), (offset, _) =>
            ValueTask.FromResult(new OriginAnswer(OriginOutcome.Found, new MemoryStream([1, 2, 3])) { Offset = offset, ContentLength = 3 }));
        await Assert.ThrowsAnyAsync<IOException>(() => ReadAsync(other));
    }

    [Fact]
    public async Task UnknownLength_EndsWhereItEnds()
    {
        await using var body = new ResumingBody(new OriginAnswer(OriginOutcome.Found, new MemoryStream(Content)), (_, _) => throw new InvalidOperationException());
        Assert.Equal(Content, await ReadAsync(body));
    }

    private static OriginAnswer Answer(long offset, int breaksAfter = int.MaxValue, int endsAfter = int.MaxValue) =>
        new(OriginOutcome.Found, new Breaking(Content[(int)offset..], breaksAfter, endsAfter)) { Offset = offset, ContentLength = Content.Length - offset };

    private static async Task<byte[]> ReadAsync(Stream body)
    {
        using var copy = new MemoryStream();
        await body.CopyToAsync(copy, 777);
        return copy.ToArray();
    }

    private ValueTask<OriginAnswer> Next(long offset, long asked)
    {
        _asked.Add(asked);
        return ValueTask.FromResult(Answer(offset));
    }

    private sealed class Breaking(byte[] content, int breaksAfter, int endsAfter) : MemoryStream(content)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var most = (int)Math.Min(buffer.Length, Math.Min(breaksAfter, endsAfter) - Position);
            return most > 0 ? base.ReadAsync(buffer[..most], cancellationToken)
                : Position >= breaksAfter ? throw new IOException("broken") : ValueTask.FromResult(0);
        }
    }
}
