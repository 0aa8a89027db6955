using System.Text;

namespace EdgeCache.Load.Reporting;

/// <summary>A table of texts that reads well in a terminal and is Markdown as it stands. The first column is aligned left, the others right. Not thread-safe.</summary>
internal sealed class MarkdownTable(params string[] columns)
{
    private readonly List<string[]> _rows = [];

    /// <exception cref="ArgumentException">Not one cell for each column.</exception>
    public void Add(params string[] cells)
    {
        if (cells.Length != columns.Length)
        {
            throw new ArgumentException($"{cells.Length} cells for {columns.Length} columns.", nameof(cells));
        }

        _rows.Add([.. cells.Select(cell => cell.Replace('|', '/'))]);
    }

    public override string ToString()
    {
        var widths = columns.Select((column, index) => Math.Max(3, _rows.Append(columns).Max(row => row[index].Length))).ToArray();
        var text = new StringBuilder();
        AppendRow(text, columns, widths);
        AppendRow(text, [.. widths.Select((width, index) => index == 0 ? new string('-', width) : new string('-', width - 1) + ":")], widths);
        foreach (var row in _rows)
        {
            AppendRow(text, row, widths);
        }

        return text.ToString();
    }

    private static void AppendRow(StringBuilder text, string[] cells, int[] widths)
    {
        for (var index = 0; index < cells.Length; index++)
        {
            text.Append("| ").Append(index == 0 ? cells[index].PadRight(widths[index]) : cells[index].PadLeft(widths[index])).Append(' ');
        }

        text.Append("|\n");
    }
}
