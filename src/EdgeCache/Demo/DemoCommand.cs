namespace EdgeCache.Demo;

/// <summary>The verb <c>demo</c>: a sample upstream, a node before it, and a table of what the cache saved.</summary>
internal static class DemoCommand
{
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(DemoSettings settings, CancellationToken cancellationToken)
    {
        await Console.Error.WriteLineAsync($"edgecache: the demo is not built yet ({settings})".AsMemory(), cancellationToken);
        return 1;
    }
}
