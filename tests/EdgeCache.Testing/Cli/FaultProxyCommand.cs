using System.CommandLine;
using System.Net;
using EdgeCache.Testing.Network;

namespace EdgeCache.Testing.Cli;

/// <summary>The verb <c>fault-proxy</c>: a <see cref="FaultProxy"/> in front of any target, until Ctrl-C.</summary>
internal static class FaultProxyCommand
{
    private static readonly Argument<string> Target = new("target") { Description = "Address and port of the target, such as 127.0.0.1:5000." };

    private static readonly Option<int> Port = new("--port") { Description = "Port on 127.0.0.1; 0 takes a free one." };

    private static readonly Option<int> Seed = new("--seed") { Description = "Seed of the jitter.", DefaultValueFactory = _ => 1 };

    private static readonly Option<int> Latency = new("--latency") { Description = "Milliseconds of delay in each direction." };

    private static readonly Option<int> Jitter = new("--jitter") { Description = "Milliseconds of further random delay, at most." };

    private static readonly Option<long> Rate = new("--rate") { Description = "Bytes per second towards clients, of all connections together; 0 is no limit." };

    private static readonly Option<long?> Cut = new("--cut") { Description = "End each connection after this many bytes towards its client." };

    private static readonly Option<bool> Reset = new("--reset") { Description = "With --cut: by a reset. Without: reset every new connection." };

    private static readonly Option<bool> HalfOpen = new("--half-open") { Description = "Swallow all bytes and end nothing." };

    private static readonly Option<int> MaxConnections = new("--max-connections")
    {
        Description = "Connections at once; more are reset.",
        DefaultValueFactory = _ => 10_000,
    };

    public static Command Create()
    {
        var command = new Command("fault-proxy", "Forwards TCP connections with faults, and prints what went through every five seconds.")
        {
            Target, Port, Seed, Latency, Jitter, Rate, Cut, Reset, HalfOpen, MaxConnections,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        if (!IPEndPoint.TryParse(arguments.GetRequiredValue(Target), out var target) || target.Port == 0)
        {
            await Console.Error.WriteLineAsync("target: an address and a port, such as 127.0.0.1:5000.");
            return 2;
        }

        await using var proxy = FaultProxy.Start(
            target, arguments.GetValue(Port), arguments.GetValue(Seed), arguments.GetValue(MaxConnections));
        var cut = arguments.GetValue(Cut);
        proxy.State = new FaultProxyState
        {
            Latency = TimeSpan.FromMilliseconds(arguments.GetValue(Latency)),
            Jitter = TimeSpan.FromMilliseconds(arguments.GetValue(Jitter)),
            BytesPerSecond = arguments.GetValue(Rate),
            CutsAfterBytes = cut,
            CutsByReset = arguments.GetValue(Reset),
            IsHalfOpen = arguments.GetValue(HalfOpen),
            NewConnections = arguments.GetValue(Reset) && cut is null ? NewConnections.Reset : NewConnections.Forward,
        };
        Console.WriteLine($"listening on {proxy.Endpoint}, target {target}");
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(5));
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                var counters = proxy.Counters;
                Console.WriteLine(
                    $"open {counters.Open}, accepted {counters.Accepted}, cut {counters.Cut}, over the limit {counters.OverLimit}, "
                    + $"to target {counters.BytesToTarget}, to clients {counters.BytesToClients} bytes");
            }
        }
        catch (OperationCanceledException)
        {
            Console.WriteLine("ended");
        }

        return 0;
    }
}
