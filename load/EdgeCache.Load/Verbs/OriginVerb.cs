using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using EdgeCache.Core.Oci;
using EdgeCache.Demo;
using EdgeCache.Load.Cli;
using EdgeCache.Load.Processes;
using EdgeCache.Testing.Origin;
using EdgeCache.Testing.Synthetic;

namespace EdgeCache.Load.Verbs;

/// <summary>
/// The hidden verb <c>origin</c>: the origin process of the other verbs. Prints an <see cref="OriginCatalog"/>, answers each line
/// <see cref="OriginProcess.CountsRequest"/> with an <see cref="OriginCounts"/>, each <see cref="OriginProcess.DeployRequest"/> with a number and every other
/// request of <see cref="OriginProcess"/> with itself when it is done, and ends with its input.
/// </summary>
internal sealed class OriginVerb
{
    private const int FirstSeed = 1000;

    private readonly Option<ByteCount[]> _blobs = ValueOption.Sizes("--blob", (1, ValueOption.MaxBlobBytes), 4096, "A blob's size; may be repeated.");
    private readonly Option<ByteCount[]> _layers = new("--layer")
    {
        Description = "A layer of one more image; may be repeated.",
        CustomParser = result => [.. result.Tokens.Select(token => new ByteCount(long.Parse(token.Value, CultureInfo.InvariantCulture)))],
    };

    private readonly Option<ByteCount> _rate = ValueOption.Size("--rate", (0, 1L << 40), 0, "Bytes per second of all bodies together; 0 is no limit.");
    private readonly Option<bool> _images = new("--images") { Description = "Serve the sample images instead of blobs." };

    private readonly Option<int> _synthetic = ValueOption.Count("--synthetic", (0, 100_000), 0, "Serve so many synthetic images instead.");
    private readonly Option<int> _seed = ValueOption.Count("--seed", (0, int.MaxValue), 1, "Of the synthetic images.");
    private readonly Option<double> _scale = ValueOption.Number("--scale", (0, 1), 1, "What their sizes are multiplied by.");

    private OriginVerb()
    {
    }

    public static Command Create()
    {
        var verb = new OriginVerb();
        var command = new Command("origin", "The origin that the other verbs start.")
        {
            verb._blobs, verb._layers, verb._rate, verb._images, verb._synthetic, verb._seed, verb._scale,
        };
        command.Hidden = true;
        command.SetAction(verb.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var registry = result.GetValue(_synthetic) is > 0 and var images
            ? SyntheticRegistry.Create(new SyntheticSettings(result.GetValue(_seed), images, result.GetValue(_scale)))
            : null;
        IReadOnlyList<SampleRepository> content = registry is not null ? [] : result.GetValue(_images) ? SampleImages.CreateAll() : CreateBlobs(result);

        // Counts are all that is asked: a long run has more requests than a log may hold.
        await using var origin = await FakeOrigin.StartAsync(new FakeOriginOptions { KeepsRequests = false }, content);
        origin.Content.Source = registry;
        origin.BytesPerSecond = result.GetValue(_rate).Bytes;
        await WriteAsync(result, Describe(origin.Url, content, registry?.Bytes ?? 0));
        while (await Console.In.ReadLineAsync(cancellationToken) is { } line)
        {
            await AnswerAsync(result, origin, registry, line);
        }

        return ExitCodes.Success;
    }

    private static async Task AnswerAsync(ParseResult result, FakeOrigin origin, SyntheticRegistry? registry, string line)
    {
        switch (line.Split(' '))
        {
            case [OriginProcess.CountsRequest]:
                await WriteAsync(result, Count(origin));
                return;
            case [OriginProcess.DeployRequest, var share]:
                await WriteAsync(result, registry?.Deploy(double.Parse(share, CultureInfo.InvariantCulture)) ?? 0);
                return;
            case [OriginProcess.ThrottleRequest, var rate, var delay]:
                Throttle(origin, long.Parse(rate, CultureInfo.InvariantCulture), double.Parse(delay, CultureInfo.InvariantCulture));
                break;
            case [OriginProcess.StopRequest]:
                await origin.StopAsync();
                break;
            case [OriginProcess.StartRequest]:
                await origin.StartAgainAsync();
                break;
            default:
                throw new InvalidDataException($"The driver said '{line}'.");
        }

        await WriteLineAsync(result, line);
    }

    private static void Throttle(FakeOrigin origin, long bytesPerSecond, double delayMilliseconds)
    {
        origin.BytesPerSecond = bytesPerSecond;
        origin.Faults.Clear();
        if (delayMilliseconds > 0)
        {
            origin.Faults.Always(When.Any, new Fault { Delay = TimeSpan.FromMilliseconds(delayMilliseconds) });
        }
    }

    private List<SampleRepository> CreateBlobs(ParseResult result)
    {
        var blobs = result.GetValue(_blobs) ?? [];
        var repositories = new List<SampleRepository> { CreateImage(StageContent.Repository, FirstSeed, blobs) };
        if (result.GetValue(_layers) is { Length: > 0 } layers)
        {
            repositories.Add(CreateImage(StageContent.ImageRepository, FirstSeed + blobs.Length, layers));
        }

        return repositories;
    }

    private static SampleRepository CreateImage(string repository, int firstSeed, ByteCount[] sizes)
    {
        var builder = new SampleRepositoryBuilder(repository);
        builder.AddImage([.. sizes.Select((size, index) => SampleLayer.Opaque(firstSeed + index, (int)size.Bytes))], "latest");
        return builder.Build();
    }

    private static OriginCatalog Describe(Uri url, IReadOnlyList<SampleRepository> content, long syntheticBytes)
    {
        var (blobs, tags) = (new List<CatalogEntry>(), new List<CatalogEntry>());
        foreach (var repository in content)
        {
            var name = repository.Name.Value;
            foreach (var (tag, digest) in repository.Tags.OrderByDescending(tag => tag.Key, StringComparer.Ordinal))
            {
                var manifest = repository.Manifests[digest];
                tags.Add(new CatalogEntry(name, tag, digest.ToString(), manifest.Bytes.Length));
                blobs.AddRange(LayersOf(manifest).Select(layer => new CatalogEntry(name, string.Empty, layer.ToString(), repository.Blobs[layer].Length)));
            }
        }

        return new OriginCatalog(url, blobs, tags, syntheticBytes);
    }

    /// <summary>In the manifest's order, without its configuration.</summary>
    private static IEnumerable<Digest> LayersOf(SampleManifest manifest)
    {
        using var document = JsonDocument.Parse(manifest.Bytes);
        return document.RootElement.TryGetProperty("layers", out var layers)
            ? [.. layers.EnumerateArray().Select(layer => Digest.Parse(layer.GetProperty("digest").GetString()!))] // We made it: it has one.
            : Array.Empty<Digest>();
    }

    private static OriginCounts Count(FakeOrigin origin)
    {
        var counters = origin.Counters;
        return new OriginCounts(
            (int)counters.Requests(OriginRequestKind.BlobGet),
            (int)counters.Requests(OriginRequestKind.ManifestGet),
            (int)counters.AllRequests,
            counters.AllBytes,
            origin.Failures.Count,
            counters.Contents(OriginRequestKind.BlobGet) + counters.Contents(OriginRequestKind.ManifestGet),
            counters.Bytes(OriginRequestKind.BlobGet) + counters.Bytes(OriginRequestKind.ManifestGet));
    }

    private static Task WriteAsync<T>(ParseResult result, T message) => WriteLineAsync(result, JsonSerializer.Serialize(message));

    private static async Task WriteLineAsync(ParseResult result, string line)
    {
        await result.InvocationConfiguration.Output.WriteLineAsync(line);
        await result.InvocationConfiguration.Output.FlushAsync();
    }
}
