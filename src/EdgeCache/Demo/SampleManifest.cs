namespace EdgeCache.Demo;

/// <summary>A manifest as a registry keeps it: its media type and its raw bytes, which are never serialised again.</summary>
public sealed record SampleManifest(string MediaType, byte[] Bytes);
