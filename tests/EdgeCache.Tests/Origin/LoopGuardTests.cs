using EdgeCache.Origin;
using Microsoft.Extensions.Primitives;
using Xunit;

namespace EdgeCache.Tests.Origin;

public sealed class LoopGuardTests
{
    private static readonly string[] Others = [.. Enumerable.Range(0, 20).Select(number => $"edgecache-{number:x16}")];

    private readonly LoopGuard _guard = new();

    [Fact]
    public void Nodes_HaveDifferentIds() => Assert.NotEqual(_guard.Id, new LoopGuard().Id);

    [Fact]
    public void RequestOfAClient_IsMarkedWithThisNodeAlone()
    {
        Assert.True(_guard.TryEnter(StringValues.Empty));

        Assert.Equal(_guard.Id, Marked());
    }

    [Fact]
    public void RequestOfAnotherNode_IsMarkedWithBoth()
    {
        Assert.True(_guard.TryEnter($"{Others[0]}, {Others[1]}"));

        Assert.Equal($"{Others[0]}, {Others[1]}, {_guard.Id}", Marked());
    }

    [Fact]
    public void RequestThatPassedThisNode_IsRefused()
    {
        Assert.False(_guard.TryEnter(_guard.Id));
        Assert.False(_guard.TryEnter($"cdn.example, {Others[0]},{_guard.Id} ; v=1, {Others[1]}"));
        Assert.False(_guard.TryEnter(new StringValues([Others[0], _guard.Id])));
    }

    [Fact]
    public void OtherTextOfAClient_ReachesNoUpstream()
    {
        Assert.True(_guard.TryEnter(new StringValues(
        [
            "secret", "cdn.example; token=abc", "edgecache-0123", "edgecache-0123456789ABCDEF", "xedgecache-0123456789abcdef", "", null, $"{Others[3]};secret=1",
        ])));

        Assert.Equal($"{Others[3]}, {_guard.Id}", Marked());
    }

    [Fact]
    public void LongWay_KeepsTheNodesPassedLast()
    {
        Assert.True(_guard.TryEnter(string.Join(", ", Others)));

        Assert.Equal([.. Others.TakeLast(LoopGuard.MaxMembers - 1), _guard.Id], Marked().Split(", "));
    }

    [Fact]
    public async Task Flow_OfOneRequest_IsNotAnothers()
    {
        await Task.Run(() => Assert.True(_guard.TryEnter(Others[0])));

        Assert.Equal(_guard.Id, Marked());
    }

    private string Marked()
    {
        using var request = new HttpRequestMessage();
        _guard.Mark(request);
        return request.Headers.GetValues(LoopGuard.HeaderName).Single();
    }
}
