using System.Globalization;
using System.IO.Compression;

namespace EdgeCache.Load.Simulation;

/// <summary>
/// Reads a trace of GET requests: a line each, the path without its first slash (<c>v2/user/repository/blobs/digest</c>, <c>…/manifests/reference</c>), then,
/// after a blank, the size of the object where it is known. Other paths, such as the ping, are counted and passed over. A file whose name ends in .gz is unpacked.
/// </summary>
/// <param name="sizes">Where a line says none: of a blob, by its digest.</param>
internal sealed class TraceFile(ObjectSizes sizes)
{
    /// <summary>A manifest whose size no line says.</summary>
    private const long ManifestBytes = 2048;

    /// <summary>Twice the longest name, and a digest.</summary>
    private const int MaxLineLength = 1024;

    /// <summary>What fits in an array of numbers that still leaves room for the rest.</summary>
    private const int MaxRequests = 200_000_000;

    /// <exception cref="InvalidDataException">A line is no request, or there are too many, or none at all.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public async Task<TraceContent> ReadAsync(FileInfo file, CancellationToken cancellationToken)
    {
        await using var stream = file.OpenRead();
        await using Stream plain = file.Name.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(stream, CompressionMode.Decompress) : stream;
        using var reader = new StreamReader(plain);
        return await ReadAsync(reader, file.Name, cancellationToken);
    }

    /// <inheritdoc cref="ReadAsync(FileInfo, CancellationToken)"/>
    public async Task<TraceContent> ReadAsync(TextReader reader, string name, CancellationToken cancellationToken)
    {
        var (blobs, manifests) = (new RequestTraceBuilder(), new RequestTraceBuilder());
        var others = 0;
        for (var number = 1; await reader.ReadLineAsync(cancellationToken) is { } line; number++)
        {
            if (line.Length > MaxLineLength)
            {
                throw new InvalidDataException($"{name}: line {number} is longer than {MaxLineLength} characters.");
            }

            if (!TryAdd(line, blobs, manifests))
            {
                others += line.StartsWith("v2", StringComparison.Ordinal) ? 1 : throw new InvalidDataException($"{name}: line {number} is no path of a registry's API: '{line}'.");
            }

            if (number > MaxRequests)
            {
                throw new InvalidDataException($"{name}: more than {MaxRequests} lines.");
            }
        }

        return blobs.Requests > 0
            ? new TraceContent(name, blobs.Build(), manifests.Build(), others)
            : throw new InvalidDataException($"{name}: no request for a blob.");
    }

    private bool TryAdd(string line, RequestTraceBuilder blobs, RequestTraceBuilder manifests)
    {
        var blank = line.IndexOf(' ');
        var path = blank < 0 ? line : line[..blank];
        long? stated = null;
        if (blank >= 0)
        {
            stated = long.TryParse(line.AsSpan(blank + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size
                : throw new InvalidDataException($"'{line[(blank + 1)..]}' is no size in bytes.");
        }

        if (path.LastIndexOf("/blobs/", StringComparison.Ordinal) is > 0 and var blob)
        {
            // The same digest is the same bytes in every repository.
            blobs.Add(path[(blob + "/blobs/".Length)..], digest => stated ?? sizes.Of(digest));
            return true;
        }

        if (!path.Contains("/manifests/", StringComparison.Ordinal))
        {
            return false;
        }

        manifests.Add(path, _ => stated ?? ManifestBytes);
        return true;
    }
}
