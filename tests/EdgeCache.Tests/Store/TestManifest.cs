using System.Text;
using EdgeCache.Core.Oci;

namespace EdgeCache.Tests.Store;

/// <summary>An image manifest in memory that names blobs.</summary>
internal sealed class TestManifest
{
    public TestManifest(params (Digest Digest, long SizeBytes)[] layers)
        : this(string.Empty, layers)
    {
    }

    /// <param name="note">Makes the bytes, and so the digest, another.</param>
    public TestManifest(string note, params (Digest Digest, long SizeBytes)[] layers)
    {
        var config = Digest.Compute("{}"u8);
        var members = layers.Select(layer =>
            $$"""{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"{{layer.Digest}}","size":{{layer.SizeBytes}}}""");
        Content = Encoding.UTF8.GetBytes($$"""
            {"schemaVersion":2,"mediaType":"{{MediaTypes.OciManifest}}","annotations":{"note":"{{note}}"},
            "config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{{config}}","size":2},"layers":[{{string.Join(',', members)}}]}
            """);
        Digest = Digest.Compute(Content);
    }

    public byte[] Content { get; }

    public Digest Digest { get; }

    public ManifestDocument Document =>
        ManifestDocument.TryParse(Content, MediaTypes.OciManifest, out var document) == ManifestOutcome.Valid
            ? document!
            : throw new InvalidOperationException("The test's manifest is not valid.");
}
