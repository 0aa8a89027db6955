using EdgeCache.Load.Measuring;
using EdgeCache.Load.Reporting;
using EdgeCache.Load.Scenarios.Cells;
using Xunit;

namespace EdgeCache.Tests.Load;

/// <summary>From samples to rows to tables.</summary>
public class PeerReportTests
{
    [Fact]
    public void Rows_HaveMediansAndRatiosByRound()
    {
        var row = Assert.Single(PeerRow.Of(
            [Rate("ours", 1, 120), Rate("nginx", 1, 100), Rate("nginx", 2, 50), Rate("ours", 2, 55), Rate("ours", 3, 90), Rate("nginx", 3, 100)], "ours"));
        Assert.Equal(("cell", "requests/s"), (row.Cell, row.Figure));
        Assert.Equal(new RoundSpread(90, 55, 120), row.Servers["ours"]);
        Assert.Equal(new RoundSpread(1.1, 0.9, 1.2), row.Ratios["nginx"]);
    }

    [Fact]
    public void ServerThatFailed_StaysVisible()
    {
        var rows = PeerRow.Of([Rate("ours", 1, 10), new CellSample("cell", "varnish", 0, new CellMeasure([], "wrong bytes"))], "ours");
        var text = new PeerReport("ours", ["ours", "varnish"], rows).ToString();
        Assert.Contains(" - (!) |", text, StringComparison.Ordinal);
        Assert.Contains("(!) cell, varnish: wrong bytes\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void CellWithoutAnyFigure_IsARow() =>
        Assert.Equal("no", Assert.Single(PeerRow.Of([new CellSample("cell", "ours", 1, new CellMeasure([], "no"))], "ours")).Problems["ours"]);

    [Fact]
    public void Tables_HaveRatioSpreadCostAndNotes()
    {
        var costly = new CellMeasure([new Figure("MB/s", FigureKind.Headline, true, 50), new Figure("CPU s/GB", FigureKind.Cpu, false, 0.2)]) { Note = "the client" };
        var rows = PeerRow.Of(
            [
                new CellSample("blob/1", "ours", 1, costly), new CellSample("blob/1", "ours", 2, costly),
                new CellSample("blob/1", "nginx", 1, new CellMeasure([new Figure("MB/s", FigureKind.Headline, true, 100), new Figure("CPU s/GB", FigureKind.Cpu, false, 0.1)])),
                new CellSample("blob/1", "nginx", 2, new CellMeasure([new Figure("MB/s", FigureKind.Headline, true, 40)])),
            ],
            "ours");
        var lines = new PeerReport("ours", ["ours", "nginx"], rows).ToString().Split('\n');
        Assert.Equal("| scenario | figure |     ours | nginx |     ours : nginx | CPU ours : nginx |", lines[2]);
        Assert.Equal("| blob/1   | MB/s ↑ | 50.0 (c) |  70.0 | 0.88 (0.50–1.25) |             2.00 |", lines[4]);
        Assert.Equal("(c) blob/1, ours: the client", lines[^2]);
    }

    [Fact]
    public void Summary_HasOneRowForAllNumbersOfConnections()
    {
        static CellSample Sample(string cell, string server, double rate, double cpu) =>
            new(cell, server, 1, new CellMeasure([new Figure("MB/s", FigureKind.Headline, true, rate), new Figure("CPU s/GB", FigureKind.Cpu, false, cpu)]));
        var rows = PeerRow.Of(
            [Sample("blob/1", "ours", 50, 0.2), Sample("blob/1", "nginx", 100, 0.1), Sample("blob/64", "ours", 300, 0.1), new CellSample("blob/64", "nginx", 1, new CellMeasure([], "no"))],
            "ours");
        var lines = new PeerSummary("ours", ["ours", "nginx"], rows).ToString().Split('\n');
        Assert.Equal("| scenario     | figure |       ours |   nginx | ours : nginx | CPU, ours : nginx |", lines[0]);
        Assert.Equal("| blob, 1 / 64 | MB/s ↑ | 50.0 / 300 | 100 / - |     0.50 / - |          2.00 / - |", lines[2]);
    }

    [Fact]
    public void Origin_HasATableOfItsOwn()
    {
        var first = new Figure("first byte ms", FigureKind.Headline, false, 5);
        var rows = PeerRow.Of(
            [Rate("ours", 1, 10), new CellSample("miss", "ours", 1, new CellMeasure([first])), new CellSample("miss", "origin", 1, new CellMeasure([first with { Value = 4 }]))],
            "ours");
        var text = new PeerReport("ours", ["ours", "origin"], rows).ToString();
        Assert.Contains("| scenario |       figure | ours |\n", text, StringComparison.Ordinal);
        Assert.Contains("| miss     | first byte ms ↓ | 5.00 |   4.00 |          1.25 |\n", text, StringComparison.Ordinal);
    }

    private static CellSample Rate(string server, int round, double value) =>
        new("cell", server, round, new CellMeasure([new Figure("requests/s", FigureKind.Headline, true, value)]));
}
