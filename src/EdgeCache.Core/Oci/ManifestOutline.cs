using System.Runtime.CompilerServices;
using System.Text.Json;

namespace EdgeCache.Core.Oci;

/// <summary>
/// The top level of a manifest: where each property that matters stands. Read before anything else, because the type, which decides what the
/// others mean, may come last.
/// </summary>
internal readonly record struct ManifestOutline
{
    /// <summary>Manifests nest about six deep; annotations are flat by the specification.</summary>
    internal static readonly JsonReaderOptions ReaderOptions = new() { MaxDepth = 32 };

    private static readonly string[] Names =
        ["schemaVersion", "mediaType", "artifactType", "config", "layers", "blobs", "manifests", "subject", "fsLayers"];

    private readonly Slices _slices;
    private readonly string? _mediaType;

    private ManifestOutline(Slices slices, string? mediaType)
    {
        _slices = slices;
        _mediaType = mediaType;
    }

    public JsonSlice ArtifactType => _slices[2];

    public JsonSlice Config => _slices[3];

    public JsonSlice Layers => _slices[4];

    public JsonSlice Blobs => _slices[5];

    public JsonSlice Manifests => _slices[6];

    public JsonSlice Subject => _slices[7];

    private JsonSlice SchemaVersion => _slices[0];

    private bool IsSchema1 => _slices[8].IsPresent;

    private bool LooksLikeIndex => Manifests.IsPresent;

    private bool LooksLikeImage => Config.IsPresent || Layers.IsPresent;

    /// <summary>Reads the whole of the bytes, so that what follows can rely on their being JSON.</summary>
    public static ManifestOutcome TryRead(ReadOnlySpan<byte> content, out ManifestOutline outline)
    {
        outline = default;
        try
        {
            var outcome = ReadSlices(content, out var slices);
            if (outcome != ManifestOutcome.Valid)
            {
                return outcome;
            }

            var mediaType = slices[1];
            if (mediaType.IsPresent && mediaType.Token is not (JsonTokenType.String or JsonTokenType.Null))
            {
                return ManifestOutcome.Malformed;
            }

            outline = new ManifestOutline(slices, ReadString(mediaType, content));
            return ManifestOutcome.Valid;
        }
        catch (JsonException)
        {
            return ManifestOutcome.NotJson;
        }
        catch (InvalidOperationException)
        {
            // The reader's answer to a string that is not well-formed UTF-8, or half a surrogate pair.
            return ManifestOutcome.NotJson;
        }
    }

    /// <summary>The one type that the Content-Type, <c>mediaType</c> and the structure agree on (CVE-2021-41190).</summary>
    public ManifestOutcome TryFindType(string? contentType, out ManifestTypes type)
    {
        type = MediaTypes.Parse(contentType);
        if (type == ManifestTypes.None && !SaysNothing(contentType))
        {
            return ManifestOutcome.UnknownType;
        }

        if ((LooksLikeIndex && LooksLikeImage) || IsSchema1)
        {
            return ManifestOutcome.Conflict;
        }

        if (!string.IsNullOrEmpty(_mediaType))
        {
            var stated = MediaTypes.Parse(_mediaType);
            if (type != ManifestTypes.None && stated != type)
            {
                return ManifestOutcome.Conflict;
            }

            type = stated;
        }
        else if (type == ManifestTypes.None)
        {
            type = GuessType();
        }

        return type == ManifestTypes.None ? ManifestOutcome.UnknownType : CheckStructure(type);
    }

    public static string? ReadString(JsonSlice slice, ReadOnlySpan<byte> content)
    {
        if (slice.Token != JsonTokenType.String)
        {
            return null;
        }

        var reader = new Utf8JsonReader(slice.Of(content));
        reader.Read();
        return reader.GetString();
    }

    private static ManifestOutcome ReadSlices(ReadOnlySpan<byte> content, out Slices slices)
    {
        slices = default;
        var reader = new Utf8JsonReader(content, ReaderOptions);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return ManifestOutcome.NotJson;
        }

        var isAmbiguous = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var index = JsonKey.Find(ref reader, Names);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            var token = reader.TokenType;
            reader.Skip();
            isAmbiguous |= index == JsonKey.Ambiguous || (index >= 0 && slices[index].IsPresent);
            if (index >= 0)
            {
                slices[index] = new JsonSlice(start, (int)reader.BytesConsumed - start, token);
            }
        }

        // Reads to the end, so that anything behind the object is noticed.
        reader.Read();
        return isAmbiguous ? ManifestOutcome.Conflict : ManifestOutcome.Valid;
    }

    private static bool SaysNothing(ReadOnlySpan<char> contentType)
    {
        var semicolon = contentType.IndexOf(';');
        var name = (semicolon < 0 ? contentType : contentType[..semicolon]).Trim();
        return name.IsEmpty
            || name.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            || name.Equals("text/plain", StringComparison.OrdinalIgnoreCase)
            || name.EndsWith("/octet-stream", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Only OCI manifests may lack <c>mediaType</c>, and OCI artifacts may not.</summary>
    private ManifestTypes GuessType()
    {
        if (SchemaVersion.Token != JsonTokenType.Number)
        {
            return ManifestTypes.None;
        }

        return LooksLikeIndex ? ManifestTypes.OciIndex : LooksLikeImage ? ManifestTypes.OciManifest : ManifestTypes.None;
    }

    private ManifestOutcome CheckStructure(ManifestTypes type)
    {
        var (isContradicted, isComplete) = type switch
        {
            ManifestTypes.OciIndex or ManifestTypes.DockerManifestList => (LooksLikeImage, LooksLikeIndex),
            ManifestTypes.OciManifest or ManifestTypes.DockerManifest => (LooksLikeIndex, LooksLikeImage),
            _ => (LooksLikeImage || LooksLikeIndex, true),
        };
        return isContradicted ? ManifestOutcome.Conflict : isComplete ? ManifestOutcome.Valid : ManifestOutcome.Malformed;
    }

    /// <summary>One for each of the names, in their order.</summary>
    [InlineArray(9)]
    private struct Slices
    {
        private JsonSlice _first;
    }
}
