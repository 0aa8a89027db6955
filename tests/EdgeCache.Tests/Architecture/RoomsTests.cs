using System.Text.RegularExpressions;
using Xunit;

namespace EdgeCache.Tests.Architecture;

public sealed class RoomsTests
{
    [Fact]
    public void Folders_AreTheRoomsOfTheMap()
    {
        var folders = SourceTree.Files.Select(path => path.Split('/')).GroupBy(parts => parts[1]).SelectMany(RoomsOf);
        Assert.Equal(Room.All.Select(room => room.Folder).Order(StringComparer.Ordinal), folders.Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void RowsOfTheMap_NameOtherRooms()
    {
        var names = Room.All.Select(room => room.Name).ToHashSet();
        Assert.Equal(names.Count, Room.All.Count);
        Assert.All(Room.All, room => Assert.Empty((room.MayKnow ?? names).Select(name => name.Replace(Room.OptionsOnly, "", StringComparison.Ordinal)).Except(names)));
        Assert.All(Room.All, room => Assert.DoesNotContain(room.Name, room.MayKnow ?? new HashSet<string>()));
    }

    [Fact]
    public void Namespaces_AreTheFolders()
    {
        foreach (var path in SourceTree.Files)
        {
            var expected = Path.GetDirectoryName(path)!["src/".Length..].Replace('/', '.'); // Every path lies in a folder under src/.
            var spaces = SourceTree.ReadLines(path).Select(line => Regex.Match(line, @"^namespace ([\w.]+)")).Where(match => match.Success);
            Assert.All(spaces, match => Assert.True(match.Groups[1].Value == expected, $"{path} is in {match.Groups[1].Value}."));
        }
    }

    /// <summary>A project's folders; the project itself where it has none.</summary>
    private static IEnumerable<string> RoomsOf(IGrouping<string, string[]> project)
    {
        var folders = project.Where(parts => parts.Length > 3).Select(parts => string.Join('/', parts[..3])).ToList();
        return folders.Count > 0 ? folders : [$"src/{project.Key}"];
    }
}
