using EdgeCache.Core.Oci;
using EdgeCache.Serving;
using Microsoft.Extensions.Primitives;
using Xunit;

namespace EdgeCache.Tests.Serving;

public sealed class ConditionalTests
{
    private static readonly Digest Content = Digest.Compute("content"u8);
    private static readonly string Tag = $"\"{Content}\"";
    private static readonly string OtherTag = $"\"{Digest.Compute("other"u8)}\"";

    public static TheoryData<string> Matching =>
    [
        Tag, "*", "W/" + Tag, Content.ToString(), $"{OtherTag}, {Tag}", $"{OtherTag},{Tag}", $" ,, {Tag} ", $"\"a,b\", W/{Tag}", $"{OtherTag} , {Content} ,x",
    ];

    public static TheoryData<string> NotMatching =>
    [
        "", " ", ",", OtherTag, "W/" + OtherTag, "\"\"", "\"", "W/", "\"*\"" + "x", Tag.ToUpperInvariant(), $"\"{Tag}", "latest", $"\"x{Content}\"", $"w/{Tag}",
    ];

    [Theory]
    [MemberData(nameof(Matching))]
    public void IfNoneMatchNamesTheContent_IsNotModified(string value) => Assert.True(Conditional.IsNotModified(value, Content));

    [Theory]
    [MemberData(nameof(NotMatching))]
    public void IfNoneMatchNamesOthers_IsModified(string value) => Assert.False(Conditional.IsNotModified(value, Content));

    [Fact]
    public void SeveralHeaders_AreOneList()
    {
        Assert.True(Conditional.IsNotModified(new StringValues([OtherTag, Tag]), Content));
        Assert.False(Conditional.IsNotModified(new StringValues([OtherTag, null]), Content));
        Assert.False(Conditional.IsNotModified(StringValues.Empty, Content));
    }

    [Fact]
    public void IfRange_NeedsTheStrongTag()
    {
        Assert.True(Conditional.AllowsRange(StringValues.Empty, Content));
        Assert.True(Conditional.AllowsRange(Tag, Content));
        Assert.True(Conditional.AllowsRange($" {Tag} ", Content));
        Assert.False(Conditional.AllowsRange("W/" + Tag, Content));
        Assert.False(Conditional.AllowsRange(OtherTag, Content));
        Assert.False(Conditional.AllowsRange(Content.ToString(), Content));
        Assert.False(Conditional.AllowsRange("\"", Content));
        Assert.False(Conditional.AllowsRange("", Content));
        Assert.False(Conditional.AllowsRange("*", Content));
        Assert.False(Conditional.AllowsRange("Wed, 21 Oct 2015 07:28:00 GMT", Content));
        Assert.False(Conditional.AllowsRange(new StringValues([Tag, Tag]), Content));
    }

    [Fact]
    public void RandomLists_NeverThrow()
    {
        string[] pieces = ["\"", ",", " ", "W/", "*", "x", Tag, Content.ToString()];
        var random = new Random(20260105);
        for (var round = 0; round < 50_000; round++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(8)).Select(_ => pieces[random.Next(pieces.Length)]));
            Conditional.IsNotModified(text, Content);
            Conditional.AllowsRange(text, Content);
        }
    }

    [Fact]
    public void Comparison_AllocatesNothing()
    {
        StringValues header = $"{OtherTag}, {Tag}";
        Conditional.IsNotModified(header, Content);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Conditional.IsNotModified(header, Content);
        Conditional.AllowsRange(header, Content);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }
}
