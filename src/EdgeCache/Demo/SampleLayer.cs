using System.Formats.Tar;
using System.IO.Compression;
using EdgeCache.Core.Oci;

namespace EdgeCache.Demo;

/// <summary>
/// A generated layer: a tar of a small root file system that container engines can unpack, the same bytes for the same seed. Immutable.
/// </summary>
public sealed record SampleLayer
{
    private static readonly DateTimeOffset Modified = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private SampleLayer(byte[] bytes, Digest diffId, bool isGzip)
    {
        Bytes = bytes;
        Digest = Digest.Compute(bytes);
        DiffId = diffId;
        IsGzip = isGzip;
    }

    public byte[] Bytes { get; }

    public Digest Digest { get; }

    /// <summary>The digest of the uncompressed tar, which the image's configuration names.</summary>
    public Digest DiffId { get; }

    public bool IsGzip { get; }

    /// <summary>The layer's media type in a format's words.</summary>
    public string MediaTypeIn(SampleFormat format) => (format, IsGzip) switch
    {
        (SampleFormat.Docker, true) => "application/vnd.docker.image.rootfs.diff.tar.gzip",
        (SampleFormat.Docker, false) => "application/vnd.docker.image.rootfs.diff.tar",
        (_, true) => "application/vnd.oci.image.layer.v1.tar+gzip",
        _ => "application/vnd.oci.image.layer.v1.tar",
    };

    /// <summary>A gzipped tar whose files hold <paramref name="contentBytes"/> bytes that compress about two to one.</summary>
    public static SampleLayer Gzip(int seed, int contentBytes)
    {
        var tar = CreateTar(seed, contentBytes, isCompressible: true);
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(tar);
        }

        return new SampleLayer(compressed.ToArray(), Digest.Compute(tar), isGzip: true);
    }

    /// <summary>An uncompressed tar of random bytes: cheap to make where a large layer is wanted.</summary>
    public static SampleLayer Tar(int seed, int contentBytes)
    {
        var tar = CreateTar(seed, contentBytes, isCompressible: false);
        return new SampleLayer(tar, Digest.Compute(tar), isGzip: false);
    }

    /// <summary>Random bytes of an exact size that no engine could unpack, for tests that only move bytes.</summary>
    public static SampleLayer Opaque(int seed, int sizeBytes)
    {
        var bytes = new byte[sizeBytes];
        new Random(seed).NextBytes(bytes);
        return new SampleLayer(bytes, Digest.Compute(bytes), isGzip: false);
    }

    private static byte[] CreateTar(int seed, int contentBytes, bool isCompressible)
    {
        var random = new Random(seed);
        var content = new byte[contentBytes];
        random.NextBytes(content);
        if (isCompressible)
        {
            for (var index = 0; index < content.Length; index++)
            {
                content[index] = (byte)('a' + (content[index] & 15));
            }
        }

        using var stream = new MemoryStream(contentBytes + 16 * 1024);
        using (var tar = new TarWriter(stream, TarEntryFormat.Ustar, leaveOpen: true))
        {
            // Two files in a folder that is named after the seed: layers of one image never cover each other's files.
            var folder = $"samples/layer-{seed}";
            WriteFolder(tar, "samples/");
            WriteFolder(tar, folder + "/");
            var half = contentBytes / 2;
            WriteFile(tar, $"{folder}/first.bin", content, 0, half);
            WriteFile(tar, $"{folder}/second.bin", content, half, contentBytes - half);
        }

        return stream.ToArray();
    }

    private static void WriteFolder(TarWriter tar, string name) =>
        tar.WriteEntry(new UstarTarEntry(TarEntryType.Directory, name)
        {
            ModificationTime = Modified,
            Mode = (UnixFileMode)Convert.ToInt32("755", 8),
        });

    private static void WriteFile(TarWriter tar, string name, byte[] content, int offset, int count) =>
        tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name)
        {
            ModificationTime = Modified,
            Mode = (UnixFileMode)Convert.ToInt32("644", 8),
            DataStream = new MemoryStream(content, offset, count, writable: false),
        });
}
