using EdgeCache.Load.Measuring;
using Xunit;

namespace EdgeCache.Tests.Load;

public class RoundSpreadTests
{
    [Theory]
    [InlineData(new[] { 3.0, 1, 2 }, 2, 1, 3)]
    [InlineData(new[] { 4.0, 1, 2, 3 }, 2.5, 1, 4)]
    [InlineData(new[] { 7.0 }, 7, 7, 7)]
    public void Rounds_GiveMedianAndEnds(double[] numbers, double median, double min, double max) =>
        Assert.Equal(new RoundSpread(median, min, max), RoundSpread.Of(numbers));

    [Fact]
    public void None_IsNull() => Assert.Null(RoundSpread.Of([]));

    /// <summary>The second round was slow for both: their ratio does not show it.</summary>
    [Fact]
    public void Ratios_AreOfTheSameRound() =>
        Assert.Equal(new RoundSpread(2, 2, 2), RoundSpread.OfRatios(Rounds((1, 200), (2, 20), (3, 200)), Rounds((1, 100), (2, 10), (3, 100))));

    [Fact]
    public void RoundsOfOneSide_AreLeftOut() =>
        Assert.Equal(new RoundSpread(0.5, 0.5, 0.5), RoundSpread.OfRatios(Rounds((1, 1), (2, 9)), Rounds((1, 2), (3, 1))));

    [Theory]
    [InlineData(1, 0)]
    [InlineData(0, 1)]
    [InlineData(-3, 1)]
    public void NothingOrLess_HasNoRatio(double ours, double theirs) => Assert.Null(RoundSpread.OfRatios(Rounds((1, ours)), Rounds((1, theirs))));

    private static Dictionary<int, double> Rounds(params (int Round, double Value)[] rounds) => rounds.ToDictionary(entry => entry.Round, entry => entry.Value);
}
