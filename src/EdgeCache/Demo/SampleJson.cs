using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using EdgeCache.Core.Oci;

namespace EdgeCache.Demo;

/// <summary>The JSON of generated manifests.</summary>
internal static class SampleJson
{
    // Relaxed: the default encoder writes the + of media types as an escape, which is valid but like no registry's bytes.
    private static readonly JsonSerializerOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] ToBytes(JsonObject document) => JsonSerializer.SerializeToUtf8Bytes(document, Options);

    /// <summary>A descriptor, with further members where their value is not null.</summary>
    public static JsonObject Describe(string mediaType, Digest digest, long sizeBytes, params ReadOnlySpan<(string Name, JsonNode? Value)> members)
    {
        var descriptor = new JsonObject { ["mediaType"] = mediaType, ["digest"] = digest.ToString(), ["size"] = sizeBytes };
        foreach (var (name, value) in members)
        {
            if (value is not null)
            {
                descriptor[name] = value;
            }
        }

        return descriptor;
    }
}
