using System.Globalization;
using System.Text.Json;

namespace EdgeCache.Load.Processes;

/// <summary>
/// The test kit's fake origin in a process of its own: this program with the hidden verb <c>origin</c>, asked over its standard input. It ends
/// when its input does, so that no driver leaves one behind. One caller at a time.
/// </summary>
internal sealed class OriginProcess : IAsyncDisposable
{
    /// <summary>Asks for an <see cref="OriginCounts"/> as a line of JSON.</summary>
    public const string CountsRequest = "counts";

    /// <summary>The first word of the request to <see cref="ThrottleAsync"/>; answered with the same line.</summary>
    public const string ThrottleRequest = "throttle";

    /// <summary>The first word of the request to <see cref="DeployAsync"/>; answered with how many images have a new version.</summary>
    public const string DeployRequest = "deploy";

    /// <summary>Answered with itself when nobody can reach the origin any more.</summary>
    public const string StopRequest = "stop";

    /// <summary>Answered with itself when it listens again.</summary>
    public const string StartRequest = "start";

    private readonly ChildProcess _process;

    private OriginProcess(ChildProcess process, OriginCatalog catalog)
    {
        _process = process;
        Catalog = catalog;
    }

    public OriginCatalog Catalog { get; }

    public int Id => _process.Id;

    public static async Task<OriginProcess> StartAsync(StageContent content, string folder, CancellationToken cancellationToken)
    {
        var command = new List<string> { "dotnet", typeof(OriginProcess).Assembly.Location, "origin", "--rate", content.BytesPerSecond.ToString(CultureInfo.InvariantCulture) };
        foreach (var size in content.BlobBytes)
        {
            command.AddRange(["--blob", size.ToString(CultureInfo.InvariantCulture)]);
        }

        foreach (var size in content.ImageLayerBytes)
        {
            command.AddRange(["--layer", size.ToString(CultureInfo.InvariantCulture)]);
        }

        if (content.HasSampleImages)
        {
            command.Add("--images");
        }

        if (content.Synthetic is { } synthetic)
        {
            command.AddRange(string.Create(
                CultureInfo.InvariantCulture, $"--synthetic {synthetic.Images} --seed {synthetic.Seed} --scale {synthetic.Scale}").Split(' '));
        }

        var process = ChildProcess.Start(command, folder);
        try
        {
            return new OriginProcess(process, Parse<OriginCatalog>(await process.ReadLineAsync(cancellationToken)));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <exception cref="InvalidOperationException">The origin itself failed: what was measured means nothing.</exception>
    public async Task<OriginCounts> CountAsync(CancellationToken cancellationToken)
    {
        var counts = Parse<OriginCounts>(await _process.AskAsync(CountsRequest, cancellationToken));
        return counts.Failures == 0 ? counts : throw new InvalidOperationException($"The origin itself failed {counts.Failures} times.");
    }

    /// <summary>How fast it is from now on.</summary>
    /// <param name="bytesPerSecond">Of all bodies together; 0 is no limit.</param>
    /// <param name="delay">Before each answer's headers.</param>
    public async Task ThrottleAsync(long bytesPerSecond, TimeSpan delay, CancellationToken cancellationToken)
    {
        var request = string.Create(CultureInfo.InvariantCulture, $"{ThrottleRequest} {bytesPerSecond} {delay.TotalMilliseconds}");
        await TellAsync(request, cancellationToken);
    }

    /// <summary>Gives a share of the synthetic images a new version.</summary>
    /// <returns>How many.</returns>
    public async Task<int> DeployAsync(double share, CancellationToken cancellationToken) =>
        Parse<int>(await _process.AskAsync(string.Create(CultureInfo.InvariantCulture, $"{DeployRequest} {share}"), cancellationToken));

    /// <summary>Stops listening and cuts every connection.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => TellAsync(StopRequest, cancellationToken);

    /// <summary>Listens again at the same address.</summary>
    public Task StartAgainAsync(CancellationToken cancellationToken) => TellAsync(StartRequest, cancellationToken);

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private async Task TellAsync(string request, CancellationToken cancellationToken)
    {
        if (await _process.AskAsync(request, cancellationToken) is var answer && answer != request)
        {
            throw new InvalidDataException($"The origin said '{answer}' to '{request}'.");
        }
    }

    private static T Parse<T>(string line) => JsonSerializer.Deserialize<T>(line) ?? throw new InvalidDataException("The origin said null.");
}
