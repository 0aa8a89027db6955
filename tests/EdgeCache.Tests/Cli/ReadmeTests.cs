using EdgeCache.Cli;
using EdgeCache.Tests.Architecture;
using Xunit;

namespace EdgeCache.Tests.Cli;

public sealed class ReadmeTests
{
    /// <summary>README's table is the schema's own text: what differs is pasted from this test's message.</summary>
    [Fact]
    public void ConfigurationTable_IsTheSchemas()
    {
        var readme = string.Join('\n', SourceTree.ReadLines("README.md"));

        Assert.Contains(ConfigurationText.ForReadme().Trim(), readme, StringComparison.Ordinal);
    }
}
