using System.Text.RegularExpressions;
using Xunit;

namespace EdgeCache.Tests.Architecture;

public sealed class StyleTests : IDisposable
{
    private const int MaxLines = 350;

    private static readonly string[] BannedEndings = ["Manager", "Helper", "Helpers", "Utils", "Util", "Info", "Base", "Common"];

    private readonly CompiledAssembly _core = new("EdgeCache.Core.dll");
    private readonly CompiledAssembly _node = new("edgecache.dll");
    private readonly CompiledAssembly _transport = new("EdgeCache.Transport.dll");

    [Fact]
    public void TypeNames_SayWhatTheyAre() =>
        Offenders.AssertNone(_core.TypeNames.Concat(_node.TypeNames).Concat(_transport.TypeNames)
            .Where(name => name.StartsWith("EdgeCache.", StringComparison.Ordinal))
            .Where(name => BannedEndings.Any(ending => name.Split('`')[0].EndsWith(ending, StringComparison.Ordinal))));

    [Fact]
    public void Files_AreShort() =>
        Offenders.AssertNone(SourceTree.Files.Where(path => SourceTree.ReadLines(path).Length > MaxLines));

    [Fact]
    public void Files_HoldOnePublicType() =>
        Offenders.AssertNone(SourceTree.Files.Where(path => SourceTree.ReadLines(path).Count(IsPublicType) > 1));

    [Fact]
    public void EventIds_AreUnique()
    {
        var ids = _core.ConstantsOf("EdgeCache.Core.EventIds")
            .Concat(_node.ConstantsOf("EdgeCache.Telemetry.EventIds"))
            .Concat(_transport.ConstantsOf("EdgeCache.Transport.Epoll.EventIds"));
        Offenders.AssertNone(ids.GroupBy(id => id.Value).Where(group => group.Count() > 1).Select(group => string.Join(", ", group)));
    }

    [Fact]
    public void LogMessages_AreDeclaredAndNumbered()
    {
        var plain = new Regex(@"\[LoggerMessage\(\s*(EventId\s*=\s*)?\d|\.Log(Trace|Debug|Information|Warning|Error|Critical)\(");
        Offenders.AssertNone(SourceTree.Files.Where(path => SourceTree.ReadLines(path).Any(plain.IsMatch)));
    }

    public void Dispose()
    {
        _core.Dispose();
        _node.Dispose();
        _transport.Dispose();
    }

    private static bool IsPublicType(string line) => Regex.IsMatch(line, @"^public\s+([a-z]+\s+)*(class|struct|record|interface|enum|delegate)\b");
}
