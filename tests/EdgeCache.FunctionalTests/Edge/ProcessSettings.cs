using System.Runtime.CompilerServices;
using EdgeCache.Hosting;

namespace EdgeCache.FunctionalTests.Edge;

internal static class ProcessSettings
{
    /// <summary>The nodes of these tests run in this process: its sockets complete as those of a real node's process do.</summary>
    [ModuleInitializer]
    internal static void Apply() => SocketCompletions.MakeInline();
}
