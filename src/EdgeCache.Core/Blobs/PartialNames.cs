using EdgeCache.Core.Oci;

namespace EdgeCache.Core.Blobs;

/// <summary>The names of files with the beginning of a blob: <c>sha256-…</c>, and with a suffix while they are written. Pure.</summary>
internal static class PartialNames
{
    /// <summary>A shorter beginning is not worth a file: it is fetched again as soon.</summary>
    public const long MinBytes = 1 << 20;

    public static string Of(in Digest digest) => $"{digest.AlgorithmName}-{digest.ToHex()}";

    /// <summary>Reads the digest out of a file's name, with or without a suffix.</summary>
    public static bool TryRead(string fileName, out Digest digest) =>
        Digest.TryParse(fileName.Split('.', 2)[0].Replace('-', ':'), out digest);
}
