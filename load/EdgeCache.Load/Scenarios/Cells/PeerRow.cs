using EdgeCache.Load.Measuring;

namespace EdgeCache.Load.Scenarios.Cells;

/// <summary>One figure of one cell at all servers, with the ratios ours : peer.</summary>
/// <param name="Servers">The spread over the rounds.</param>
/// <param name="Ratios">Ours divided by that of the server of this name, round by round.</param>
/// <param name="Problems">Why a server's figures do not say what they should.</param>
/// <param name="Notes">What to know of a server's figures.</param>
internal sealed record PeerRow(
    string Cell,
    string Figure,
    FigureKind Kind,
    bool IsMoreBetter,
    IReadOnlyDictionary<string, RoundSpread> Servers,
    IReadOnlyDictionary<string, RoundSpread> Ratios,
    IReadOnlyDictionary<string, string> Problems,
    IReadOnlyDictionary<string, string> Notes)
{
    /// <summary>All rows, in the order in which they were measured.</summary>
    /// <param name="ours">The server whose figures are divided.</param>
    public static IReadOnlyList<PeerRow> Of(IEnumerable<CellSample> samples, string ours) =>
        [.. samples.GroupBy(sample => sample.Cell).SelectMany(cell => OfCell([.. cell], ours))];

    private static IEnumerable<PeerRow> OfCell(List<CellSample> samples, string ours)
    {
        var (problems, notes) = (FirstTexts(samples, measure => measure.Problem), FirstTexts(samples, measure => measure.Note));
        var figures = samples.SelectMany(sample => sample.Measure.Figures).DistinctBy(figure => figure.Name).ToList();
        if (figures.Count == 0)
        {
            figures.Add(new Figure("-", FigureKind.Headline, true, 0));
        }

        foreach (var figure in figures)
        {
            var rounds = samples.GroupBy(sample => sample.Server).ToDictionary(group => group.Key, group => ByRound(group, figure.Name));
            var own = rounds.GetValueOrDefault(ours) ?? [];
            yield return new PeerRow(
                samples[0].Cell, figure.Name, figure.Kind, figure.IsMoreBetter,
                Keep(rounds, values => RoundSpread.Of(values.Values)),
                Keep(rounds.Where(server => server.Key != ours), values => RoundSpread.OfRatios(own, values)),
                problems,
                notes);
        }
    }

    private static Dictionary<string, string> FirstTexts(List<CellSample> samples, Func<CellMeasure, string?> text) => samples
        .Select(sample => (sample.Server, Text: text(sample.Measure) ?? string.Empty))
        .Where(entry => entry.Text.Length > 0)
        .DistinctBy(entry => entry.Server)
        .ToDictionary(entry => entry.Server, entry => entry.Text);

    private static Dictionary<int, double> ByRound(IEnumerable<CellSample> samples, string figure) => samples
        .SelectMany(sample => sample.Measure.Figures.Where(one => one.Name == figure).Select(one => (sample.Round, one.Value)))
        .ToDictionary(entry => entry.Round, entry => entry.Value);

    private static Dictionary<string, RoundSpread> Keep(
        IEnumerable<KeyValuePair<string, Dictionary<int, double>>> servers, Func<Dictionary<int, double>, RoundSpread?> spread) => servers
        .Select(server => (server.Key, Spread: spread(server.Value)))
        .Where(server => server.Spread is not null)
        .ToDictionary(server => server.Key, server => server.Spread.GetValueOrDefault());
}
