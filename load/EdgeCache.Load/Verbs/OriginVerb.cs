using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using EdgeCache.Core.Oci;
using EdgeCache.Demo;
using EdgeCache.Load.Cli;
using EdgeCache.Load.Processes;
using EdgeCache.Testing.Origin;

namespace EdgeCache.Load.Verbs;

/// <summary>
/// The hidden verb <c>origin</c>: the origin process of the other verbs. Prints an <see cref="OriginCatalog"/>, answers each line
/// <see cref="OriginProcess.CountsRequest"/> with an <see cref="OriginCounts"/>, each <see cref="OriginProcess.ThrottleRequest"/> with itself when it
/// is done, and ends with its input.
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

    private OriginVerb()
    {
    }

    public static Command Create()
    {
        var verb = new OriginVerb();
        var command = new Command("origin", "The origin that the other verbs start.") { verb._blobs, verb._layers, verb._rate, verb._images };
        command.Hidden = true;
        command.SetAction(verb.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        IReadOnlyList<SampleRepository> content = result.GetValue(_images) ? SampleImages.CreateAll() : CreateBlobs(result);
        await using var origin = await FakeOrigin.StartAsync(content);
        origin.BytesPerSecond = result.GetValue(_rate).Bytes;
        await WriteAsync(result, Describe(origin.Url, content));
        while (await Console.In.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line == OriginProcess.CountsRequest)
            {
                await WriteAsync(result, Count(origin));
            }
            else if (line.StartsWith(OriginProcess.ThrottleRequest, StringComparison.Ordinal))
            {
                Throttle(origin, line);
                await WriteLineAsync(result, line);
            }
        }

        return ExitCodes.Success;
    }

    private static void Throttle(FakeOrigin origin, string line)
    {
        var words = line.Split(' ');
        origin.BytesPerSecond = long.Parse(words[1], CultureInfo.InvariantCulture);
        origin.Faults.Clear();
        if (TimeSpan.FromMilliseconds(double.Parse(words[2], CultureInfo.InvariantCulture)) is var delay && delay > TimeSpan.Zero)
        {
            origin.Faults.Always(When.Any, new Fault { Delay = delay });
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

    private static OriginCatalog Describe(Uri url, IReadOnlyList<SampleRepository> content)
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

        return new OriginCatalog(url, blobs, tags);
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
        var requests = origin.Log.Requests;
        return new OriginCounts(
            requests.Count(request => request.Kind == OriginRequestKind.BlobGet),
            requests.Count(request => request.Kind == OriginRequestKind.ManifestGet),
            requests.Count,
            requests.Sum(request => request.BytesSent),
            origin.Failures.Count);
    }

    private static Task WriteAsync<T>(ParseResult result, T message) => WriteLineAsync(result, JsonSerializer.Serialize(message));

    private static async Task WriteLineAsync(ParseResult result, string line)
    {
        await result.InvocationConfiguration.Output.WriteLineAsync(line);
        await result.InvocationConfiguration.Output.FlushAsync();
    }
}
