using EdgeCache.Core.Blobs;
using EdgeCache.Core.Oci;

namespace EdgeCache.Core.Store;

/// <summary>
/// What a hit is sent from: bytes in memory, or a reader's hold on a file. <c>default</c> says that the bytes have just gone. The holder disposes it, once.
/// </summary>
public readonly struct StoredContent : IDisposable
{
    private readonly HotObject? _hot;

    internal StoredContent(HotObject hot) => _hot = hot;

    internal StoredContent(BlobLease lease) => Lease = lease;

    public bool IsNone => _hot is null && Lease is null;

    /// <summary>The whole content, where it is held in memory; good also after the disposal.</summary>
    public ReadOnlyMemory<byte>? Memory => _hot?.Content;

    /// <summary>The hold on the file, where the content is not in memory.</summary>
    public BlobLease? Lease { get; }

    public long SizeBytes => _hot?.Content.Length ?? Lease?.SizeBytes ?? 0;

    /// <summary>The digest as headers want it.</summary>
    /// <exception cref="InvalidOperationException">There is no content.</exception>
    public DigestText Text => _hot?.Text ?? Lease?.Text ?? throw new InvalidOperationException("The content has gone.");

    public void Dispose() => Lease?.Dispose();
}
