using Xunit;

namespace EdgeCache.Tests.Architecture;

/// <summary>Fails with all offenders by name, where xunit would cut a long collection short.</summary>
internal static class Offenders
{
    public static void AssertNone(IEnumerable<string> offenders)
    {
        var text = string.Join(Environment.NewLine, offenders.Distinct().Order(StringComparer.Ordinal));
        Assert.True(text.Length == 0, text);
    }
}
