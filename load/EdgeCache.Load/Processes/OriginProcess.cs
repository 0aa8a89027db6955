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
        if (await _process.AskAsync(request, cancellationToken) is var answer && answer != request)
        {
            throw new InvalidDataException($"The origin said '{answer}' instead of how fast it is.");
        }
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static T Parse<T>(string line) => JsonSerializer.Deserialize<T>(line) ?? throw new InvalidDataException("The origin said null.");
}
