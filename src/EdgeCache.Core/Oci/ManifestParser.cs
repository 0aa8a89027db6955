using System.Text.Json;

namespace EdgeCache.Core.Oci;

/// <summary>Reads the descriptors of one manifest whose bytes are known to be JSON. Lives for one call.</summary>
internal ref struct ManifestParser(ReadOnlySpan<byte> content)
{
    private static readonly string[] Names = ["digest", "size", "mediaType", "urls"];

    private readonly ReadOnlySpan<byte> _content = content;
    private readonly List<Descriptor> _descriptors = [];
    private readonly List<Descriptor> _foreign = [];

    /// <summary>The last media type seen: the layers of an image mostly share one, and one string is then enough.</summary>
    private string? _lastMediaType;

    public ManifestOutcome TryRead(in ManifestOutline outline, ManifestTypes type, out ManifestDocument? document)
    {
        document = null;
        Descriptor? subject = null;
        try
        {
            var outcome = ReadContents(outline, type);
            if (outcome == ManifestOutcome.Valid && outline.Subject is { IsPresent: true, IsNull: false })
            {
                outcome = TryReadOne(outline.Subject, isMember: true, out var descriptor, out _);
                subject = descriptor;
            }

            if (outcome != ManifestOutcome.Valid)
            {
                return outcome;
            }

            document = new ManifestDocument(type, _descriptors, _foreign)
            {
                Subject = subject,
                ArtifactType = ManifestOutline.ReadString(outline.ArtifactType, _content),
            };
            return ManifestOutcome.Valid;
        }
        catch (InvalidOperationException)
        {
            // The reader's answer to a string that is not well-formed UTF-8, or half a surrogate pair.
            return ManifestOutcome.NotJson;
        }
    }

    private ManifestOutcome ReadContents(in ManifestOutline outline, ManifestTypes type)
    {
        switch (type)
        {
            case ManifestTypes.OciIndex or ManifestTypes.DockerManifestList:
                return ReadList(outline.Manifests, isMember: true);
            case ManifestTypes.OciArtifact:
                return ReadList(outline.Blobs, isMember: false);
            default:
                var outcome = ReadConfig(outline.Config);
                return outcome == ManifestOutcome.Valid ? ReadList(outline.Layers, isMember: false) : outcome;
        }
    }

    private ManifestOutcome ReadConfig(JsonSlice slice)
    {
        if (!slice.IsPresent || slice.IsNull)
        {
            return ManifestOutcome.Valid;
        }

        var outcome = TryReadOne(slice, isMember: false, out var descriptor, out var isForeign);
        if (outcome == ManifestOutcome.Valid)
        {
            (isForeign ? _foreign : _descriptors).Add(descriptor);
        }

        return outcome;
    }

    private ManifestOutcome ReadList(JsonSlice slice, bool isMember)
    {
        if (!slice.IsPresent || slice.IsNull)
        {
            return ManifestOutcome.Valid;
        }

        if (slice.Token != JsonTokenType.StartArray)
        {
            return ManifestOutcome.Malformed;
        }

        var reader = new Utf8JsonReader(slice.Of(_content), ManifestOutline.ReaderOptions);
        reader.Read();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (_descriptors.Count + _foreign.Count == ManifestDocument.MaxDescriptors)
            {
                return ManifestOutcome.TooManyDescriptors;
            }

            var outcome = TryReadDescriptor(ref reader, isMember, out var descriptor, out var isForeign);
            if (outcome != ManifestOutcome.Valid)
            {
                return outcome;
            }

            (isForeign ? _foreign : _descriptors).Add(descriptor);
        }

        return ManifestOutcome.Valid;
    }

    private ManifestOutcome TryReadOne(JsonSlice slice, bool isMember, out Descriptor descriptor, out bool isForeign)
    {
        var reader = new Utf8JsonReader(slice.Of(_content), ManifestOutline.ReaderOptions);
        reader.Read();
        return TryReadDescriptor(ref reader, isMember, out descriptor, out isForeign);
    }

    /// <summary>Reads the object the reader stands on. Members of an index without a media type are manifests; with one, it says (a BuildKit
    /// cache is an index of layers).</summary>
    private ManifestOutcome TryReadDescriptor(ref Utf8JsonReader reader, bool isMember, out Descriptor descriptor, out bool isForeign)
    {
        descriptor = default;
        isForeign = false;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return ManifestOutcome.Malformed;
        }

        Digest digest = default;
        var sizeBytes = -1L;
        string? mediaType = null;
        var seen = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var index = JsonKey.Find(ref reader, Names);
            reader.Read();
            if (index == JsonKey.Ambiguous || (index >= 0 && (seen & (1 << index)) != 0))
            {
                return ManifestOutcome.Conflict;
            }

            seen |= index >= 0 ? 1 << index : 0;
            var isGood = index switch
            {
                0 => TryReadDigest(ref reader, out digest),
                1 => TryReadSize(ref reader, out sizeBytes),
                2 => TryReadMediaType(ref reader, out mediaType),
                3 => TryReadUrls(ref reader, out isForeign),
                _ => true,
            };
            if (!isGood)
            {
                return ManifestOutcome.Malformed;
            }

            reader.Skip();
        }

        var isManifest = isMember && (string.IsNullOrEmpty(mediaType) || MediaTypes.Parse(mediaType) != ManifestTypes.None);
        descriptor = new Descriptor(digest, sizeBytes, mediaType, isManifest);
        return digest.IsNone ? ManifestOutcome.Malformed : ManifestOutcome.Valid;
    }

    private static bool TryReadDigest(ref Utf8JsonReader reader, out Digest digest)
    {
        digest = default;
        if (reader.TokenType != JsonTokenType.String || reader.ValueSpan.Length > Digest.MaxTextLength)
        {
            return false;
        }

        Span<char> text = stackalloc char[Digest.MaxTextLength];
        return Digest.TryParse(text[..reader.CopyString(text)], out digest);
    }

    private static bool TryReadSize(ref Utf8JsonReader reader, out long sizeBytes)
    {
        sizeBytes = -1;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out sizeBytes) && sizeBytes >= 0;
    }

    private bool TryReadMediaType(ref Utf8JsonReader reader, out string? mediaType)
    {
        mediaType = null;
        if (reader.TokenType == JsonTokenType.String)
        {
            mediaType = _lastMediaType is not null && reader.ValueTextEquals(_lastMediaType) ? _lastMediaType : reader.GetString();
            _lastMediaType = mediaType;
        }

        return reader.TokenType is JsonTokenType.String or JsonTokenType.Null;
    }

    /// <summary>An empty list is none.</summary>
    private static bool TryReadUrls(ref Utf8JsonReader reader, out bool isForeign)
    {
        isForeign = false;
        if (reader.TokenType == JsonTokenType.StartArray)
        {
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                isForeign = true;
                reader.Skip();
            }

            return true;
        }

        return reader.TokenType == JsonTokenType.Null;
    }
}
