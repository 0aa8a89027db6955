using System.Globalization;
using EdgeCache.Core.Oci;
using Microsoft.Extensions.Logging;

namespace EdgeCache.Core.Blobs;

/// <summary>
/// Damaged files, kept for whoever wants to know how they broke: bounded in number, bytes and age, the oldest go first. Nothing in it is ever served. Safe for
/// concurrent use.
/// </summary>
internal sealed class Quarantine(BlobPaths paths, IDisk disk, TimeProvider clock, ILogger logger)
{
    private const int MaxFiles = 64;
    private const long MaxBytes = 1L << 30;

    private static readonly TimeSpan MaxAge = TimeSpan.FromDays(7);

    private readonly Lock _gate = new(); // One change of the folder at a time.

    /// <summary>Takes a file in, or deletes it where there is no room for it.</summary>
    /// <exception cref="IOException">The disk lets it neither be moved nor deleted.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public void Take(string path, in Digest digest)
    {
        lock (_gate)
        {
            try
            {
                var bytes = new FileInfo(path).Length;
                disk.CreateFolder(paths.Quarantine);
                Trim(MaxFiles - 1, MaxBytes - bytes);
                if (bytes <= MaxBytes)
                {
                    // The time first, so that names in their order are files by age.
                    var name = string.Create(CultureInfo.InvariantCulture, $"{clock.GetUtcNow().ToUnixTimeMilliseconds():x12}-{digest.AlgorithmName}-{digest.ToHex()}");
                    disk.Move(path, Path.Combine(paths.Quarantine, name));
                    return;
                }
            }
            catch (Exception error) when (DiskErrors.IsOfDisk(error))
            {
                BlobLog.NotQuarantined(logger, digest, error.Message);
            }

            disk.Delete(path);
        }
    }

    /// <summary>Deletes what has been here for long.</summary>
    public void Trim()
    {
        lock (_gate)
        {
            Trim(MaxFiles, MaxBytes);
        }
    }

    /// <summary>Deletes everything: somebody needs the room more.</summary>
    public void Empty()
    {
        lock (_gate)
        {
            Trim(0, 0);
        }
    }

    private void Trim(int maxFiles, long maxBytes)
    {
        if (!Directory.Exists(paths.Quarantine))
        {
            return;
        }

        var oldest = clock.GetUtcNow() - MaxAge;
        var kept = 0;
        var keptBytes = 0L;
        foreach (var file in new DirectoryInfo(paths.Quarantine).EnumerateFiles().OrderByDescending(file => file.Name, StringComparer.Ordinal))
        {
            keptBytes += file.Length;
            if (++kept > maxFiles || keptBytes > maxBytes || TimeOf(file.Name) is not { } time || time < oldest)
            {
                disk.DeleteQuietly(file.FullName);
            }
        }
    }

    /// <summary>Null for a name that is not ours, or of a time that no clock shows.</summary>
    private static DateTimeOffset? TimeOf(string name)
    {
        const long Year9999 = 253_370_764_800_000;
        var text = name.AsSpan(0, Math.Max(0, name.IndexOf('-', StringComparison.Ordinal)));
        return long.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var milliseconds) && milliseconds is >= 0 and < Year9999
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : null;
    }
}
