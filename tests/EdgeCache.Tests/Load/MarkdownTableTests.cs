using EdgeCache.Load.Reporting;
using Xunit;

namespace EdgeCache.Tests.Load;

public class MarkdownTableTests
{
    [Fact]
    public void Cells_AreAlignedAndPipesCannotBreakThem()
    {
        var table = new MarkdownTable("name", "ms");
        table.Add("a|b", "7");
        table.Add("longer", "12.50");
        Assert.Equal(
            "| name   |    ms |\n"
            + "| ------ | ----: |\n"
            + "| a/b    |     7 |\n"
            + "| longer | 12.50 |\n",
            table.ToString());
    }

    [Fact]
    public void NoRows_IsTheHeadAlone() => Assert.Equal("| a   |\n| --- |\n", new MarkdownTable("a").ToString());

    [Fact]
    public void WrongNumberOfCells_IsRefused() => Assert.Throws<ArgumentException>(() => new MarkdownTable("a", "b").Add("1"));
}
