using EdgeCache.Core.Blobs;
using EdgeCache.Core.Oci;

namespace EdgeCache.Lab.Simulation;

/// <summary>What must hold of the store in a simulation: after every step, and when nobody reads or writes. Each check throws a <see cref="SimulationFailedException"/>.</summary>
/// <param name="folder">The cache's.</param>
internal sealed class SimInvariants(string folder, SimNode node, SimDisk disk, SimOrigin origin, SimContent content)
{
    public void CheckAlways()
    {
        foreach (var group in origin.Bodies.Where(open => open.Question.IsFill).GroupBy(open => open.Question.Digest).Where(group => group.Count() > MostFetches(group.Key)))
        {
            throw new SimulationFailedException($"{group.Count()} fetches of {content.Find(group.Key)} at once.");
        }

        foreach (var (digest, path) in FinalFiles())
        {
            if (!File.ReadAllBytes(path).AsSpan().SequenceEqual(content.Find(digest).Bytes))
            {
                throw new SimulationFailedException($"The file of {content.Find(digest)} has other bytes.");
            }
        }

        var usage = node.Store.Eviction.Usage(BlobPool.Blobs);
        if (usage.UsedBytes < 0 || usage.ReservedBytes < 0 || usage.DoomedBytes < 0)
        {
            throw new SimulationFailedException($"Negative bytes: {usage}.");
        }
    }

    /// <summary>What passes through memory nobody can join once its beginning is gone. A body that is wrong may be longer than the content, by less than its length.</summary>
    private int MostFetches(Digest digest) => content.Find(digest).Bytes.Length * 2L > SimNode.WindowBytes ? 1 + node.Store.PassedThrough : 1;

    /// <summary>The books must balance.</summary>
    public void CheckAtRest()
    {
        var usage = node.Store.Eviction.Usage(BlobPool.Blobs);
        var files = FinalFiles().ToList();
        var bytes = files.Sum(file => new FileInfo(file.Path).Length);
        var kept = node.KeptFiles.Sum(file => file.Length);
        if (usage.UsedBytes != bytes || usage.Objects != files.Count || usage.DoomedBytes != 0)
        {
            throw new SimulationFailedException($"The books say {usage}, the disk has {files.Count} files of {bytes} B.");
        }

        // A broken disk may keep what was to be dropped and is not counted any more.
        if (disk.Hits == 0 ? usage.ReservedBytes != kept : usage.ReservedBytes > kept)
        {
            throw new SimulationFailedException($"The books say {usage}, the beginnings that are kept have {kept} B.");
        }

        if (node.Store.OpenFiles != 0)
        {
            throw new SimulationFailedException($"{node.Store.OpenFiles} files are read by nobody.");
        }

        if (disk.Hits == 0)
        {
            CheckSwept();
        }
    }

    /// <summary>A broken disk may keep temporary files that it was to delete; the next start does it.</summary>
    public void CheckSwept()
    {
        var left = Directory.GetFiles(Path.Combine(folder, "tmp"));
        if (left.Length > 0)
        {
            throw new SimulationFailedException($"Temporary files are left: {string.Join(", ", left)}.");
        }
    }

    private IEnumerable<(Digest Digest, string Path)> FinalFiles() =>
        from path in Directory.EnumerateFiles(Path.Combine(folder, "blobs"), "*", SearchOption.AllDirectories)
        select (Digest.Parse($"sha256:{Path.GetFileName(path)}"), path);
}
