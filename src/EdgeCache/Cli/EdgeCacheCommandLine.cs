using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using EdgeCache.Configuration;
using EdgeCache.Demo;

namespace EdgeCache.Cli;

/// <summary>The command line: verbs, flags, help. Used once in a process; the output can be replaced for tests.</summary>
internal static class EdgeCacheCommandLine
{
    /// <returns>The exit code, one of <see cref="ExitCodes"/>.</returns>
    public static async Task<int> RunAsync(string[] arguments, TextWriter output, TextWriter error)
    {
        var command = BuildRoot().Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null, EnablePosixBundling = false });
        if (command.Errors.Count > 0 && command.Action is not (DetailedHelp or PrintVersion))
        {
            foreach (var problem in command.Errors)
            {
                await error.WriteLineAsync($"edgecache: {problem.Message}");
            }

            await error.WriteLineAsync("See edgecache --help.");
            return ExitCodes.WrongConfiguration;
        }

        // Signals are ours (StopSignals): the library would end the process two seconds after the first.
        return await command.InvokeAsync(new InvocationConfiguration { Output = output, Error = error, ProcessTerminationTimeout = null });
    }

    internal static RootCommand BuildRoot()
    {
        var flags = new ServerFlags();
        var root = new RootCommand("A read-only edge cache for OCI and Docker registries. Without a verb it runs a node.")
        {
            Node(flags), Balancer(), Demo(), Health(flags), Fleet(flags), Scrub(flags),
        };
        AddFlags(root, flags, ServerCommand.RunNodeAsync);
        root.Options.OfType<HelpOption>().Single().Action = new DetailedHelp();
        root.Options.OfType<VersionOption>().Single().Action = new PrintVersion();
        return root;
    }

    private static Command Node(ServerFlags flags)
    {
        var node = new Command("node", "Runs a node until SIGTERM or Ctrl-C (the default verb).");
        AddFlags(node, flags, ServerCommand.RunNodeAsync);
        return node;
    }

    private static Command Balancer()
    {
        var balancer = new Command("balancer", "Runs a balancer in front of a fleet of nodes until SIGTERM or Ctrl-C: each digest goes to the node that is its home.");
        AddFlags(balancer, new ServerFlags(ofBalancer: true), ServerCommand.RunBalancerAsync);
        return balancer;
    }

    private static void AddFlags(Command command, ServerFlags flags, Func<ConfigurationLayers, InvocationConfiguration, Task<int>> run)
    {
        foreach (var flag in flags.All)
        {
            command.Options.Add(flag);
        }

        command.SetAction(result => run(flags.Lay(result), result.InvocationConfiguration));
    }

    private static Command Demo()
    {
        var once = new Option<bool>("--once") { Description = "End after the table; without it the node stays until Ctrl-C." };
        var demo = new Command("demo", "Pulls sample images twice through a node, from a sample registry in the same process, and prints what the cache saved.") { once };
        demo.SetAction(async result =>
        {
            using var signals = new StopSignals();
            return await DemoCommand.RunAsync(new DemoSettings(result.GetValue(once)), signals.Token);
        });
        return demo;
    }

    private static Command Fleet(ServerFlags flags)
    {
        var url = UrlOption("The node's admin address; by default the one that the configuration names.");
        var image = new Argument<string?>("IMAGE")
        {
            Description = "An image, such as docker.io/library/nginx:1.25, whose home is wanted.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var fleet = new Command("fleet", "Asks a node how its fleet is: the members, their load and hit rates, and which is home for an image.") { image, url };
        foreach (var flag in flags.ToFindTheNode)
        {
            fleet.Options.Add(flag);
        }

        fleet.SetAction((result, cancellationToken) => FleetCommand.RunAsync(
            result.GetValue(url), result.GetValue(image), flags.Lay(result), (result.InvocationConfiguration.Output, result.InvocationConfiguration.Error), cancellationToken));
        return fleet;
    }

    private static Command Scrub(ServerFlags flags)
    {
        var url = UrlOption("The node's admin address; by default the one that the configuration names.");
        var rate = new Option<long?>("--rate")
        {
            Description = "The most that is read in a second, such as 50MiB; no limit without it.",
            HelpName = "BYTES",
            CustomParser = result => ByteSize.TryParse(result.Tokens[0].Value, out var bytes) && bytes > 0 ? bytes : Refuse(result),
        };
        var scrub = new Command(
            "scrub", "Has a node read all that it stores and compare it with its digests: exit code 0 if all is well, 3 if something was damaged, which the node then sets aside.") { url, rate };
        foreach (var flag in flags.ToFindTheNode)
        {
            scrub.Options.Add(flag);
        }

        scrub.SetAction((result, cancellationToken) => ScrubCommand.RunAsync(
            result.GetValue(url), result.GetValue(rate), flags.Lay(result), (result.InvocationConfiguration.Output, result.InvocationConfiguration.Error), cancellationToken));
        return scrub;

        static long? Refuse(ArgumentResult result)
        {
            result.AddError("--rate: allowed: bytes, such as 50MiB");
            return null;
        }
    }

    private static Option<string> UrlOption(string description) => new("--url") { Description = description, HelpName = "URL" };

    private static Command Health(ServerFlags flags)
    {
        var url = UrlOption("The node's pull or admin address; by default the admin address that the configuration names.");
        var health = new Command("health", "Asks a node whether it is ready: exit code 0 if it is, 1 if not or if it does not answer.") { url };
        foreach (var flag in flags.ToFindTheNode)
        {
            health.Options.Add(flag);
        }

        health.SetAction((result, cancellationToken) => HealthCommand.RunAsync(
            result.GetValue(url), flags.Lay(result), (result.InvocationConfiguration.Output, result.InvocationConfiguration.Error), cancellationToken));
        return health;
    }
}
