using System.Text.Json;

namespace EdgeCache.Core.Oci;

/// <summary>Where a property's value stands in the bytes of a manifest; <c>default</c> where the property is absent.</summary>
internal readonly record struct JsonSlice(int Start, int Length, JsonTokenType Token)
{
    public bool IsPresent => Length > 0;

    /// <summary>Go's encoding/json writes an empty list as null and reads null as one.</summary>
    public bool IsNull => Token == JsonTokenType.Null;

    public ReadOnlySpan<byte> Of(ReadOnlySpan<byte> content) => content.Slice(Start, Length);
}
