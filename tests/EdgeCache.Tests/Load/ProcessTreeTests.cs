using System.Diagnostics;
using EdgeCache.Load.Measuring;
using EdgeCache.Testing;
using Xunit;

namespace EdgeCache.Tests.Load;

public class ProcessTreeTests
{
    [Theory]
    [InlineData("42 (nginx) S 7 42 42 0 -1 4194560 100 200 0 0 11 22 3 4 20 0 1 0 99", 42, 7, 33, 7)]
    [InlineData("42 (a (b) c 1) R 7 42 42 0 -1 4194560 100 200 0 0 1 2 0 0 20 0 1 0 99", 42, 7, 3, 0)]
    public void Stat_IsReadBehindTheName(string line, long id, long parent, long own, long children) =>
        Assert.Equal(new ProcessStat(id, parent, own, children), ProcessTree.ParseStat(line));

    [Theory]
    [InlineData("")]
    [InlineData("42 nginx S 7")]
    [InlineData("42 (nginx) S 7")]
    public void NoStat_IsNull(string line) => Assert.Null(ProcessTree.ParseStat(line));

    [Fact]
    public async Task Child_CountsWithItsParent()
    {
        // The shell stays, for it has something to do afterwards; its child is what is large enough to see.
        using var shell = Process.Start(new ProcessStartInfo("sh", ["-c", "sleep 60; true"]) { RedirectStandardOutput = true })!; // Started, or it throws.
        try
        {
            await Eventually.TrueAsync(() => ProcessTree.ReadMemory(shell.Id).ResidentBytes > shell.WorkingSet64);
        }
        finally
        {
            shell.Kill(entireProcessTree: true);
        }
    }

    [Fact]
    public void OwnProcess_HasUsedTimeAndMemory()
    {
        Assert.True(ProcessTree.ReadCpu(Environment.ProcessId) > TimeSpan.Zero);
        var memory = ProcessTree.ReadMemory(Environment.ProcessId);
        Assert.InRange(memory.ProportionalBytes, 1, memory.ResidentBytes);
    }

    [Fact]
    public void NoSuchProcess_IsNothing() => Assert.Equal((TimeSpan.Zero, default), (ProcessTree.ReadCpu(int.MaxValue), ProcessTree.ReadMemory(int.MaxValue)));
}
