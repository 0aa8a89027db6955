using System.Globalization;

namespace EdgeCache.Lab.SystemCalls;

/// <summary>What strace does to one system call of a process.</summary>
/// <param name="Effect">As strace's <c>inject=</c> has it, such as <c>signal=KILL</c> or <c>error=EIO</c>.</param>
internal sealed record Tampering(string Call, string Effect)
{
    /// <summary>What changes files and names, and what reads them.</summary>
    public static IReadOnlyList<Tampering> Kills { get; } =
    [
        .. ((string[])
        [
            "openat", "pwrite64", "write", "fallocate", "ftruncate", "fsync", "fdatasync", "rename", "unlink", "mkdir", "close", "utimensat", "pread64", "fstat",
        ]).Select(call => new Tampering(call, "signal=KILL")),
    ];

    /// <summary>What a disk answers that is full or broken.</summary>
    public static IReadOnlyList<Tampering> DiskErrors { get; } =
    [
        new("fsync", "error=EIO"), new("pwrite64", "error=EIO"), new("pwrite64", "error=ENOSPC"), new("rename", "error=EIO"), new("rename", "error=ENOSPC"),
        new("rename", "error=EROFS"), new("fallocate", "error=ENOSPC"), new("ftruncate", "error=EIO"), new("mkdir", "error=ENOSPC"), new("unlink", "error=EROFS"),
    ];

    /// <summary>The arguments of strace.</summary>
    /// <param name="number">Which call it happens to, counted in each thread.</param>
    /// <param name="andLater">Whether to all later ones as well.</param>
    public string[] Arguments(int number, bool andLater) =>
        ["-e", $"trace={Call}", "-e", string.Create(CultureInfo.InvariantCulture, $"inject={Call}:{Effect}:when={number}{(andLater ? "+" : string.Empty)}")];

    public override string ToString() => $"{Call} {Effect}";
}
