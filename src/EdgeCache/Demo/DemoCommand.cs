using System.Globalization;
using System.Net.Sockets;
using EdgeCache.Configuration;
using EdgeCache.Core.Fill;
using EdgeCache.Hosting;
using EdgeCache.Origin;
using Spectre.Console;

namespace EdgeCache.Demo;

/// <summary>
/// The <c>demo</c> verb: a sample upstream registry in the process, an edge node in front of it with a cache folder of its own, and every image
/// pulled through the node twice. Needs no network and leaves nothing behind.
/// </summary>
internal static class DemoCommand
{
    private const string UpstreamName = "sample.example";
    private const int TableWidth = 170;
    private static readonly TimeSpan MaxSettling = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan SettlingStep = TimeSpan.FromMilliseconds(10);

    /// <summary>Runs the demonstration.</summary>
    /// <returns>0 where every object of the second pass was a hit and took nothing from upstream, else 1.</returns>
    public static async Task<int> RunAsync(DemoSettings settings, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("edgecache-demo-");
        try
        {
            await using var upstream = await SampleRegistry.StartAsync(SampleImages.CreateAll(), cancellationToken);
            await using var node = await StartNodeAsync(upstream, folder.FullName, cancellationToken);
            var rows = await PullTwiceAsync(upstream, node, cancellationToken);
            var isGood = Report(rows, upstream, node);
            if (!settings.Once)
            {
                Invite(upstream, node);
                await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                AnsiConsole.MarkupLine("Stopping.");
            }

            await node.StopAsync(CancellationToken.None);
            return isGood ? 0 : 1;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<EdgeNode> StartNodeAsync(SampleRegistry upstream, string folder, CancellationToken cancellationToken)
    {
        try
        {
            return await StartNodeAsync(upstream, folder, "http://127.0.0.1:5000", cancellationToken);
        }
        catch (IOException error) when (error.InnerException is SocketException or Microsoft.AspNetCore.Connections.AddressInUseException)
        {
            AnsiConsole.MarkupLine("Port 5000 is taken; the node takes a free one.");
            return await StartNodeAsync(upstream, folder, "http://127.0.0.1:0", cancellationToken);
        }
    }

    private static async Task<EdgeNode> StartNodeAsync(SampleRegistry upstream, string folder, string listen, CancellationToken cancellationToken)
    {
        var node = EdgeNode.Build(new EdgeCacheOptions
        {
            Listen = [ListenAddress.Parse(listen)],
            Admin = new AdminOptions { Listen = [ListenAddress.Parse("http://127.0.0.1:0")] },
            Cache = new CacheOptions { Path = folder, Limit = CacheLimit.OfBytes(1L << 30) },
            DefaultUpstream = UpstreamName,
            Upstreams = [new UpstreamOptions { Name = UpstreamName, Endpoints = [upstream.Url] }],
            Telemetry = new TelemetryOptions { AccessLog = false },
            Logging = new LoggingOptions { Level = LogLevel.Warning },
        });
        try
        {
            await node.StartAsync(cancellationToken);
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    private static async Task<List<DemoRow>> PullTwiceAsync(SampleRegistry upstream, EdgeNode node, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = node.PullAddresses[0] };
        var puller = new ImagePuller(http);
        var rows = new List<DemoRow>();
        foreach (var repository in upstream.Repositories)
        {
            rows.Add(new DemoRow(repository.Name.Value, repository.Tags.Keys.Order(StringComparer.Ordinal).Last()));
        }

        foreach (var isWarm in (bool[])[false, true])
        {
            foreach (var row in rows)
            {
                var before = upstream.Counters.BytesSent;
                var report = await puller.PullAsync(row.Repository, row.Tag, cancellationToken);
                row.Record(isWarm, report, upstream.Counters.BytesSent - before);
            }

            await SettleAsync(node, cancellationToken);
        }

        return rows;
    }

    /// <summary>A blob has reached its client before it is on disk for good, and until then a second pull joins its fill instead of hitting: the
    /// passes are kept apart. A disk that takes longer than the wait shows in the table.</summary>
    private static async Task SettleAsync(EdgeNode node, CancellationToken cancellationToken)
    {
        var fills = node.Services.GetRequiredService<FillTable>();
        for (var waited = TimeSpan.Zero; fills.Active > 0 && waited < MaxSettling; waited += SettlingStep)
        {
            await Task.Delay(SettlingStep, cancellationToken);
        }
    }

    private static bool Report(List<DemoRow> rows, SampleRegistry upstream, EdgeNode node)
    {
        // A log file or a pipe has no width of its own; wrapped columns would be unreadable there.
        AnsiConsole.Profile.Width = Math.Max(AnsiConsole.Profile.Width, TableWidth);
        var table = new Table();
        AnsiConsole.WriteLine("Every image, pulled twice through the edge node (cold: an empty cache; warm: again):");
        table.AddColumn("image");
        foreach (var name in (string[])["time cold", "warm", "objects", "hits cold", "misses", "hits warm", "misses", "upstream bytes cold", "warm", "hit rate warm", "verified"])
        {
            table.AddColumn(new TableColumn(name).RightAligned());
        }

        foreach (var row in rows)
        {
            table.AddRow(
                $"{row.Repository}:{row.Tag}".EscapeMarkup(),
                Milliseconds(row.Cold.Elapsed),
                Milliseconds(row.Warm.Elapsed),
                Text(row.Cold.Requests),
                Text(row.Cold.Hits),
                Text(row.Cold.Misses),
                Text(row.Warm.Hits),
                Text(row.Warm.Misses),
                Text(row.ColdUpstreamBytes),
                Text(row.WarmUpstreamBytes),
                string.Create(CultureInfo.InvariantCulture, $"{100.0 * row.Warm.Hits / row.Warm.Requests:0.0} %"),
                Text(row.Cold.Verified + row.Warm.Verified));
        }

        AnsiConsole.Write(table);
        var warm = rows.Sum(row => row.Warm.Requests);
        var hits = rows.Sum(row => row.Warm.Hits);
        var fromUpstream = rows.Sum(row => row.WarmUpstreamBytes);
        AnsiConsole.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Second pass: {hits} hits of {warm} objects, hit rate {100.0 * hits / warm:0.0} %, {fromUpstream} bytes from upstream; every digest verified."));
        AnsiConsole.WriteLine($"The upstream {upstream.Url} answered {upstream.Counters.Requests} requests in all; the node was {node.PullAddresses[0]}.");
        return hits == warm && fromUpstream == 0;
    }

    private static void Invite(SampleRegistry upstream, EdgeNode node)
    {
        var address = node.PullAddresses[0].Authority;
        AnsiConsole.WriteLine();
        AnsiConsole.WriteLine("The node stays up. Try:");
        AnsiConsole.WriteLine($"  curl -s http://{address}/v2/library/hello/manifests/latest -D -");
        AnsiConsole.WriteLine($"  skopeo copy --src-tls-verify=false docker://{address}/library/hello:latest dir:/tmp/hello");
        AnsiConsole.WriteLine($"  docker pull {address}/library/layers:latest");
        AnsiConsole.WriteLine($"  curl -s {node.AdminAddress}metrics");
        AnsiConsole.WriteLine($"The upstream itself is {upstream.Url}. Ctrl-C ends both.");
    }

    private static string Milliseconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0} ms");

    private static string Text(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
