using EdgeCache.Testing.Edge;

namespace EdgeCache.Lab.Http;

/// <summary>A request of a client, and what answers it. Immutable.</summary>
/// <param name="Contents">What it may mean by now: one of them.</param>
/// <param name="From">Above 0, the offset from which on a part is asked for.</param>
internal sealed record Pull(string Path, IReadOnlyList<byte[]> Contents, int From = 0)
{
    public Task<EdgeAnswer> SendAsync(EdgeClient client) => From > 0 ? client.GetAsync(Path, ("Range", $"bytes={From}-")) : client.GetAsync(Path);

    public PullOutcome Judge(EdgeAnswer answer) => answer switch
    {
        { Status: 0 } => PullOutcome.Nothing,
        { Status: 200 or 206, IsTorn: true } => answer["Content-Length"] is { } length && answer.Body.Length >= long.Parse(length, null) ? PullOutcome.Wrong : PullOutcome.Torn,
        { Status: 200 } => Contents.Any(content => content.AsSpan().SequenceEqual(answer.Body)) ? PullOutcome.Whole : PullOutcome.Wrong,
        { Status: 206 } => From > 0 && Contents[0].AsSpan(From).SequenceEqual(answer.Body) ? PullOutcome.Whole : PullOutcome.Wrong,
        { IsTorn: false, ErrorCode.Length: > 0 } => PullOutcome.Refused,
        _ => PullOutcome.Wrong,
    };
}
