using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using EdgeCache.Core.Blobs;
using Microsoft.Win32.SafeHandles;

namespace EdgeCache.Testing;

/// <summary>The system's files, with every call recorded and faults where a test wants them. Safe for concurrent use.</summary>
public sealed class FaultyDisk : IDisk
{
    private readonly ConcurrentQueue<DiskCall> _calls = new();
    private readonly ConditionalWeakTable<SafeFileHandle, string> _paths = [];
    private volatile Func<DiskCall, Exception?>? _fault;

    /// <summary>Gives what a call throws instead of being made; null for a call that is made. Null: no call fails.</summary>
    public Func<DiskCall, Exception?>? Fault
    {
        get => _fault;
        set => _fault = value;
    }

    /// <summary>What the file system says it has; null: what it has.</summary>
    public DiskSpace? Space { get; set; }

    public IReadOnlyList<DiskCall> Calls => [.. _calls];

    /// <summary>ENOSPC.</summary>
    public static IOException NoSpace() => new("No space left on device", 28);

    /// <summary>EIO.</summary>
    public static IOException InputOutput() => new("Input/output error", 5);

    /// <summary>EROFS.</summary>
    public static IOException ReadOnly() => new("Read-only file system", 30);

    /// <summary>Has all that changes the disk fail, as a full or broken one does; reads go on.</summary>
    public void Refuse(Func<Exception> error) =>
        Fault = call => call.Name is nameof(TryOpen) or nameof(TryOpenDirect) or nameof(Measure) or nameof(CheckWritten) ? null : error();

    public void Recover() => Fault = null;

    public SafeFileHandle Create(string path, long preallocatedBytes)
    {
        Call(nameof(Create), path);
        return Named(SystemDisk.Instance.Create(path, preallocatedBytes), path);
    }

    public SafeFileHandle? TryOpen(string path)
    {
        Call(nameof(TryOpen), path);
        return SystemDisk.Instance.TryOpen(path) is { } file ? Named(file, path) : null;
    }

    public SafeFileHandle? TryOpenForWriting(string path)
    {
        Call(nameof(TryOpenForWriting), path);
        return SystemDisk.Instance.TryOpenForWriting(path) is { } file ? Named(file, path) : null;
    }

    public SafeFileHandle? TryOpenDirect(string path)
    {
        Call(nameof(TryOpenDirect), path);
        return SystemDisk.Instance.TryOpenDirect(path);
    }

    public DiskSpace Measure(string path)
    {
        Call(nameof(Measure), path);
        return Space ?? SystemDisk.Instance.Measure(path);
    }

    public void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset)
    {
        Call(nameof(Write), PathOf(file), offset);
        SystemDisk.Instance.Write(file, bytes, offset);
    }

    public void SetLength(SafeFileHandle file, long lengthBytes)
    {
        Call(nameof(SetLength), PathOf(file));
        SystemDisk.Instance.SetLength(file, lengthBytes);
    }

    public void SyncFile(SafeFileHandle file)
    {
        Call(nameof(SyncFile), PathOf(file));
        SystemDisk.Instance.SyncFile(file);
    }

    public void CheckWritten(SafeFileHandle file)
    {
        Call(nameof(CheckWritten), PathOf(file));
        SystemDisk.Instance.CheckWritten(file);
    }

    public void SyncFolder(string path)
    {
        Call(nameof(SyncFolder), path);
        SystemDisk.Instance.SyncFolder(path);
    }

    public void Move(string from, string to)
    {
        Call(nameof(Move), to);
        SystemDisk.Instance.Move(from, to);
    }

    public void Delete(string path)
    {
        Call(nameof(Delete), path);
        SystemDisk.Instance.Delete(path);
    }

    public void CreateFolder(string path)
    {
        Call(nameof(CreateFolder), path);
        SystemDisk.Instance.CreateFolder(path);
    }

    private string PathOf(SafeFileHandle file) => _paths.TryGetValue(file, out var path) ? path : string.Empty;

    private SafeFileHandle Named(SafeFileHandle file, string path)
    {
        _paths.Add(file, path);
        return file;
    }

    private void Call(string name, string path, long offset = 0)
    {
        var call = new DiskCall(name, path, offset);
        _calls.Enqueue(call);
        if (_fault?.Invoke(call) is { } error)
        {
            throw error;
        }
    }
}
