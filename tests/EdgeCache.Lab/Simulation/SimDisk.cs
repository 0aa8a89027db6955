using EdgeCache.Core.Blobs;
using Microsoft.Win32.SafeHandles;

namespace EdgeCache.Lab.Simulation;

/// <summary>
/// A disk with faults over real files: it remembers what was synced, so that a power cut can take away what was not, and it can be full, read-only or broken.
/// Deleted and replaced files go to a graveyard, from which a power cut brings them back. Safe for concurrent use.
/// </summary>
/// <param name="graveyard">A folder on the same file system, outside the cache.</param>
internal sealed class SimDisk(string graveyard) : IDisk
{
    /// <summary>EIO.</summary>
    public const int InputOutput = 5;

    private const int NoSpace = 28;
    private static readonly TimeSpan QuietPatience = TimeSpan.FromSeconds(2);

    // Protects all fields.
    private readonly Lock _gate = new();
    private readonly Dictionary<string, SimFile> _files = new(StringComparer.Ordinal);

    /// <summary>By handle, of files that were written since the start.</summary>
    private readonly Dictionary<SafeFileHandle, SimFile> _open = [];

    /// <summary>What was done to names and is not durable yet, oldest first.</summary>
    private readonly List<NameChange> _pending = [];
    private DiskFault _fault;
    private bool _isFrozen;
    private long _dead;

    /// <summary>The thread whose last sync of a folder failed: it takes its own name back.</summary>
    private int _withdrawing;

    /// <summary>
    /// Whether no fill works. What deletes a published file waits for that: eviction goes on beside the fill that woke it, and who of them comes first must not depend on
    /// threads where a seed is to replay.
    /// </summary>
    public Func<bool> IsQuiet { get; set; } = static () => true;

    /// <summary>Faults that hit a call, since the start.</summary>
    public int Hits { get; private set; }

    public DiskFault Fault
    {
        get
        {
            lock (_gate)
            {
                return _fault;
            }
        }

        set
        {
            lock (_gate)
            {
                _fault = value;
            }
        }
    }

    /// <summary>From here on nothing reaches the disk: the process is dead, or the power off.</summary>
    public void Freeze()
    {
        lock (_gate)
        {
            _isFrozen = true;
        }
    }

    /// <inheritdoc/>
    public SafeFileHandle Create(string path, long preallocatedBytes)
    {
        lock (_gate)
        {
            Check(DiskFault.Full, NoSpace);
            var handle = SystemDisk.Instance.Create(path, 0);
            _open[handle] = _files[path] = new SimFile { IsDirty = true };
            _pending.Add(new NameChange(null, path, null));
            return handle;
        }
    }

    /// <inheritdoc/>
    public SafeFileHandle? TryOpen(string path)
    {
        lock (_gate)
        {
            var handle = SystemDisk.Instance.TryOpen(path);
            if (handle is not null && _files.TryGetValue(path, out var file))
            {
                _open[handle] = file;
            }

            return handle;
        }
    }

    /// <inheritdoc/>
    public SafeFileHandle? TryOpenForWriting(string path)
    {
        lock (_gate)
        {
            if (SystemDisk.Instance.TryOpenForWriting(path) is not { } handle)
            {
                return null;
            }

            if (!_files.TryGetValue(path, out var file))
            {
                _files[path] = file = new SimFile();
            }

            _open[handle] = file;
            return handle;
        }
    }

    /// <inheritdoc/>
    public void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset)
    {
        lock (_gate)
        {
            Check(DiskFault.Full, NoSpace);
            CheckOnce(DiskFault.WriteFails);
            SystemDisk.Instance.Write(file, bytes, offset);
            var state = _open[file];
            state.IsDirty = true;
            if (_fault == DiskFault.WriteIsLost)
            {
                _fault = DiskFault.None;
                Hits++;
                state.IsLost = true;
                var synced = Math.Max(0, state.SyncedBytes);
                RandomAccess.Write(file, new byte[offset + bytes.Length - synced], synced);
            }
        }
    }

    /// <inheritdoc/>
    public void SetLength(SafeFileHandle file, long lengthBytes)
    {
        lock (_gate)
        {
            Check(DiskFault.None, 0);
            SystemDisk.Instance.SetLength(file, lengthBytes);
            _open[file].IsDirty = true;
        }
    }

    /// <inheritdoc/>
    public void SyncFile(SafeFileHandle file)
    {
        lock (_gate)
        {
            Check(DiskFault.None, 0);
            var state = _open[file];
            state.ThrowIfLost(file);
            if (_fault == DiskFault.SyncFails)
            {
                state.IsPoisoned = true;
            }

            CheckOnce(DiskFault.SyncFails);
            if (!state.IsPoisoned)
            {
                state.SyncedBytes = RandomAccess.GetLength(file);
                state.IsDirty = false;
            }
        }
    }

    /// <inheritdoc/>
    public void CheckWritten(SafeFileHandle file)
    {
        lock (_gate)
        {
            _open[file].ThrowIfLost(file);
        }
    }

    /// <inheritdoc/>
    public void SyncFolder(string path)
    {
        lock (_gate)
        {
            Check(DiskFault.None, 0);
            _withdrawing = _fault == DiskFault.FolderSyncFails ? Environment.CurrentManagedThreadId : 0;
            CheckOnce(DiskFault.FolderSyncFails);
            foreach (var change in _pending.Where(change => change.Touches(path)).ToList())
            {
                _pending.Remove(change);
                change.Forget();
            }
        }
    }

    /// <inheritdoc/>
    public void Move(string from, string to)
    {
        lock (_gate)
        {
            Check(DiskFault.None, 0);
            CheckOnce(DiskFault.MoveFails);
            var replaced = Bury(to);
            SystemDisk.Instance.Move(from, to);
            _files[to] = Take(from);
            _pending.Add(new NameChange(from, to, replaced));
        }
    }

    /// <inheritdoc/>
    public void Delete(string path)
    {
        if (IsPublished(path) && Volatile.Read(ref _withdrawing) != Environment.CurrentManagedThreadId)
        {
            SpinWait.SpinUntil(IsQuiet, QuietPatience);
        }

        lock (_gate)
        {
            Check(DiskFault.None, 0);
            if (Bury(path) is { } buried)
            {
                _pending.Add(new NameChange(path, null, buried));
            }
        }
    }

    /// <inheritdoc/>
    public void CreateFolder(string path)
    {
        lock (_gate)
        {
            Check(DiskFault.Full, NoSpace);
            SystemDisk.Instance.CreateFolder(path);
        }
    }

    /// <summary>Starts anew after <see cref="Freeze"/>: the process was killed, and what it wrote is all there; or, with chance, the power was cut.</summary>
    /// <param name="chance">Null for a kill. Else it decides which of the changes that were not durable are lost: of names the newest, of bytes any.</param>
    public void Restart(Random? chance)
    {
        lock (_gate)
        {
            if (chance is not null)
            {
                LoseBytes(chance);
                LoseNames(chance);
            }

            _pending.ForEach(change => change.Forget());
            _pending.Clear();
            _open.Clear();
            _fault = DiskFault.None;
            _isFrozen = false;
        }
    }

    private void LoseNames(Random chance)
    {
        for (var kept = chance.Next(_pending.Count + 1); _pending.Count > kept; _pending.RemoveAt(_pending.Count - 1))
        {
            var change = _pending[^1];
            change.Undo();
            if (change is { From: { } from, To: { } to })
            {
                _files[from] = Take(to);
            }
        }
    }

    private void LoseBytes(Random chance)
    {
        foreach (var (path, file) in _files.Where(entry => entry.Value.IsDirty && File.Exists(entry.Key)).OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            var synced = Math.Max(0, file.SyncedBytes);
            using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            var length = RandomAccess.GetLength(handle);
            var left = synced >= length ? length : synced + chance.NextInt64(length - synced + 1);
            RandomAccess.SetLength(handle, left);
            if (left > synced && chance.Next(2) == 0)
            {
                // Blocks that were allotted and never written.
                RandomAccess.Write(handle, new byte[left - synced], synced);
            }
        }
    }

    private SimFile Take(string path) => _files.Remove(path, out var file) ? file : new SimFile { SyncedBytes = long.MaxValue };

    /// <summary>Takes a file's name away; null where there is none.</summary>
    private string? Bury(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        var grave = Path.Combine(graveyard, $"{++_dead:x}");
        File.Move(path, grave);
        _files[grave] = Take(path);
        return grave;
    }

    private void Check(DiskFault refusing, int error)
    {
        if (_isFrozen)
        {
            throw new IOException("The simulated process is dead.", InputOutput);
        }

        if (_fault == DiskFault.ReadOnly || (_fault == refusing && refusing != DiskFault.None))
        {
            Hits++;
            throw new IOException($"Simulated: {_fault}.", error);
        }
    }

    /// <summary>Whether a path has the name of a published file, which is a hash and nothing else.</summary>
    private static bool IsPublished(string path) => Path.GetFileName(path).All(char.IsAsciiHexDigit);

    private void CheckOnce(DiskFault fault)
    {
        if (_fault == fault)
        {
            _fault = DiskFault.None;
            Hits++;
            throw new IOException($"Simulated: {fault}.", InputOutput);
        }
    }
}
