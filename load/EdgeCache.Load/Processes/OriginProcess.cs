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

    private readonly ChildProcess _process;

    private OriginProcess(ChildProcess process, OriginCatalog catalog)
    {
        _process = process;
        Catalog = catalog;
    }

    public OriginCatalog Catalog { get; }

    public static async Task<OriginProcess> StartAsync(StageContent content, string folder, CancellationToken cancellationToken)
    {
        var arguments = new List<string> { "origin", "--rate", content.BytesPerSecond.ToString(CultureInfo.InvariantCulture) };
        foreach (var size in content.BlobBytes)
        {
            arguments.AddRange(["--blob", size.ToString(CultureInfo.InvariantCulture)]);
        }

        if (content.HasSampleImages)
        {
            arguments.Add("--images");
        }

        var process = ChildProcess.Start(typeof(OriginProcess).Assembly.Location, arguments, folder);
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

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static T Parse<T>(string line) => JsonSerializer.Deserialize<T>(line) ?? throw new InvalidDataException("The origin said null.");
}
