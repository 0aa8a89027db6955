namespace EdgeCache.Hosting;

/// <summary>
/// Where the process's sockets complete: on the pool, as .NET does by itself, or inline, on the threads that wait for them. Inline a small hit of HTTP/1
/// is answered without a change of threads (<see cref="InlineTransport"/>), for a fifth less CPU (load/README.md, "Settings"). Requires that no handler waits
/// for a disk there (<see cref="Core.Concurrency.PoolThread"/>).
/// </summary>
internal static class SocketCompletions
{
    /// <summary>Read by System.Net.Sockets when the process uses its first socket.</summary>
    private const string Variable = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    /// <summary>Whether sockets of this process complete inline.</summary>
    public static bool AreInline => Environment.GetEnvironmentVariable(Variable) == "1";

    /// <summary>Has them complete inline. Call it before the first socket; a process whose environment says otherwise keeps that.</summary>
    public static void MakeInline()
    {
        if (Environment.GetEnvironmentVariable(Variable) is null)
        {
            Environment.SetEnvironmentVariable(Variable, "1");
        }
    }
}
