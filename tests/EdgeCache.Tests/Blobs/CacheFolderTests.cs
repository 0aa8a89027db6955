using EdgeCache.Core.Blobs;
using EdgeCache.Testing;
using Xunit;

namespace EdgeCache.Tests.Blobs;

public sealed class CacheFolderTests
{
    [Fact]
    public void SecondNodeOnOneFolder_RefusesNamingTheFirst()
    {
        using var folder = new TempFolder();
        using var first = CacheFolder.Open(folder.Path);

        var error = Assert.Throws<CacheFolderException>(() => CacheFolder.Open(folder.Path));

        Assert.Contains(folder.Path, error.Message);
        Assert.Contains($"process {Environment.ProcessId}", error.Message);
    }

    [Fact]
    public void FolderOfAStoppedNode_IsTakenAgain()
    {
        using var folder = new TempFolder();
        CacheFolder.Open(folder.Path).Dispose();

        using var second = CacheFolder.Open(folder.Path);

        Assert.True(Directory.Exists(second.Paths.Temporary));
    }

    [Fact]
    public void FolderWithForeignFiles_IsRefused()
    {
        using var folder = new TempFolder();
        File.WriteAllText(Path.Combine(folder.Path, "thesis.txt"), "mine");

        var error = Assert.Throws<CacheFolderException>(() => CacheFolder.Open(folder.Path));

        Assert.Contains("thesis.txt", error.Message);
    }

    [Theory]
    [InlineData("{\"layout\":2}", "layout 2")]
    [InlineData("{", "damaged")]
    [InlineData("{}", "damaged")]
    public void UnknownLayout_IsRefused(string layout, string expected)
    {
        using var folder = new TempFolder();
        CacheFolder.Open(folder.Path).Dispose();
        File.WriteAllText(Path.Combine(folder.Path, "layout.json"), layout);

        Assert.Contains(expected, Assert.Throws<CacheFolderException>(() => CacheFolder.Open(folder.Path)).Message);
    }

    [Fact]
    public void PathThatIsAFile_IsRefused()
    {
        using var folder = new TempFolder();
        var file = Path.Combine(folder.Path, "file");
        File.WriteAllText(file, string.Empty);

        Assert.Throws<CacheFolderException>(() => CacheFolder.Open(file));
    }
}
