using System.CommandLine;
using EdgeCache.Demo;
using EdgeCache.Testing.Origin;

namespace EdgeCache.Testing.Cli;

/// <summary>The verb <c>origin</c>: a <see cref="FakeOrigin"/> with the sample images, until Ctrl-C.</summary>
internal static class OriginCommand
{
    private static readonly Option<int> Port = new("--port") { Description = "Port on 127.0.0.1; 0 takes a free one." };

    private static readonly Option<int> Seed = new("--seed") { Description = "Seed of the sample images.", DefaultValueFactory = _ => 1 };

    private static readonly Option<int> LargeLayer = new("--large-layer")
    {
        Description = "Bytes of the one larger layer (library/large).",
        DefaultValueFactory = _ => 16 * 1024 * 1024,
    };

    private static readonly Option<long> Rate = new("--rate") { Description = "Bytes per second of all bodies together; 0 is no limit." };

    private static readonly Option<string> Auth = new("--auth")
    {
        Description = "none, basic:USER:PASSWORD, bearer (tokens for anybody) or bearer:USER:PASSWORD.",
        DefaultValueFactory = _ => "none",
    };

    private static readonly Option<bool> Redirect = new("--redirect-blobs") { Description = "Redirect blobs to a second port." };

    private static readonly Option<string[]> Faults = new("--fault")
    {
        Description = "A fault of every blob answer, or of every manifest answer with manifest:FAULT. FAULT is status=503, delay=MS, silence, reset, "
            + "cut=BYTES, flip=OFFSET (negative from the end), short=BYTES, long=BYTES, length=BYTES (a wrong Content-Length), chunked, gzip, "
            + "no-digest, endless, no-range, redirect=URL, rate=BYTES_PER_SECOND. May be repeated: the first of a kind applies.",
    };

    public static Command Create()
    {
        var command = new Command("origin", "Serves the sample images as an upstream registry and prints every request.")
        {
            Port, Seed, LargeLayer, Rate, Auth, Redirect, Faults,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        if (ParseAuth(arguments.GetRequiredValue(Auth)) is not { } auth)
        {
            await Console.Error.WriteLineAsync("--auth: none, basic:USER:PASSWORD, bearer or bearer:USER:PASSWORD.");
            return 2;
        }

        var faults = new List<(Predicate<OriginRequest> Match, Fault Fault)>();
        foreach (var text in arguments.GetValue(Faults) ?? [])
        {
            if (FaultText.Parse(text) is not { } parsed)
            {
                await Console.Error.WriteLineAsync($"--fault: '{text}' is not known; see --help.");
                return 2;
            }

            faults.Add(parsed);
        }

        var images = SampleImages.CreateAll(arguments.GetValue(Seed), arguments.GetValue(LargeLayer));
        await using var origin = await FakeOrigin.StartAsync(new FakeOriginOptions { Port = arguments.GetValue(Port) }, images);
        origin.Auth = auth;
        origin.BytesPerSecond = arguments.GetValue(Rate);
        origin.Behaviour.RedirectsBlobsToStorage = arguments.GetValue(Redirect);
        faults.ForEach(entry => origin.Faults.Always(entry.Match, entry.Fault));
        Console.WriteLine($"listening on {origin.Url.AbsoluteUri.TrimEnd('/')}");
        foreach (var repository in images)
        {
            Console.WriteLine($"  {repository.Name}: {string.Join(", ", repository.Tags.Keys.Order(StringComparer.Ordinal))}");
        }

        await PrintAsync(origin, cancellationToken);
        return 0;
    }

    /// <summary>Prints each request when it has ended, until Ctrl-C. The log keeps no more than what is printed next.</summary>
    private static async Task PrintAsync(FakeOrigin origin, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await origin.Log.WaitAsync(When.Any, 1, Timeout.InfiniteTimeSpan).WaitAsync(cancellationToken);
                var requests = origin.Log.TakeAll();
                foreach (var request in requests)
                {
                    // A request that a fault holds is printed as it stands then.
                    await Task.WhenAny(request.Ended, Task.Delay(TimeSpan.FromSeconds(1), cancellationToken));
                    Console.WriteLine(request);
                }
            }
        }
        catch (OperationCanceledException)
        {
            Console.WriteLine("ended");
        }
    }

    private static OriginAuth? ParseAuth(string text) => text.Split(':', 3) switch
    {
        ["none"] => OriginAuth.None,
        ["basic", var user, var password] => OriginAuth.Basic(user, password),
        ["bearer"] => OriginAuth.Bearer(),
        ["bearer", var user, var password] => OriginAuth.Bearer(user, password),
        _ => null,
    };
}
