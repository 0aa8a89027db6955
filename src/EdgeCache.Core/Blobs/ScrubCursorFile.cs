using System.Text.Json;
using System.Text.Json.Serialization;

namespace EdgeCache.Core.Blobs;

/// <summary>Keeps the scrubber's place over restarts. A place that cannot be read or written costs a round begun anew. Used by one thread at a time.</summary>
internal sealed partial class ScrubCursorFile(BlobPaths paths)
{
    private const int MaxBytes = 4 << 10;

    /// <summary>Null where there is none that can be read.</summary>
    public ScrubCursor? TryRead()
    {
        try
        {
            var file = new FileInfo(paths.ScrubCursor);
            return file is { Exists: true, Length: <= MaxBytes } ? JsonSerializer.Deserialize(File.ReadAllBytes(file.FullName), CursorJson.Default.ScrubCursor) : null;
        }
        catch (Exception error) when (error is JsonException || DiskErrors.IsOfDisk(error))
        {
            return null;
        }
    }

    /// <summary>Whether it could be written.</summary>
    public bool TryWrite(ScrubCursor cursor)
    {
        var temporary = paths.ScrubCursor + ".new";
        try
        {
            File.WriteAllBytes(temporary, JsonSerializer.SerializeToUtf8Bytes(cursor, CursorJson.Default.ScrubCursor));
            File.Move(temporary, paths.ScrubCursor, overwrite: true);
            return true;
        }
        catch (Exception error) when (DiskErrors.IsOfDisk(error))
        {
            return false;
        }
    }

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(ScrubCursor))]
    private sealed partial class CursorJson : JsonSerializerContext;
}
