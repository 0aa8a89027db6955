using EdgeCache.Load.Measuring;
using EdgeCache.Load.Peers;

namespace EdgeCache.Load.Scenarios;

/// <summary>Counts what a server and the driver use from now on.</summary>
internal sealed class CostMeter(PeerServer server)
{
    private readonly TimeSpan _server = server.ReadCpu();
    private readonly TimeSpan _driver = ProcessUsage.Read(Environment.ProcessId).Cpu;

    public LoopCost Read()
    {
        var (serverCpu, driverCpu) = (server.ReadCpu() - _server, ProcessUsage.Read(Environment.ProcessId).Cpu - _driver);

        // Last: to count the pages of a process takes a while.
        return new LoopCost(serverCpu, server.ReadMemory(), driverCpu);
    }
}
