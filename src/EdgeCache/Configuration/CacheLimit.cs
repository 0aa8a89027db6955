namespace EdgeCache.Configuration;

/// <summary>The cache's byte limit: so many bytes, or a share of the disk's size. Exactly one of the two is set; a value.</summary>
internal readonly record struct CacheLimit
{
    private CacheLimit(long sizeBytes, double share)
    {
        SizeBytes = sizeBytes;
        Share = share;
    }

    /// <summary>The limit in bytes; 0 where it is a share.</summary>
    public long SizeBytes { get; }

    /// <summary>The share of the disk, above 0 and at most 1; 0 where the limit is in bytes.</summary>
    public double Share { get; }

    public bool IsShare => Share > 0;

    public static CacheLimit OfBytes(long sizeBytes) => new(sizeBytes, 0);

    public static CacheLimit OfShare(double share) => new(0, share);

    /// <summary>The limit in bytes on a disk of that size.</summary>
    public long Resolve(long diskSizeBytes) => IsShare ? (long)(diskSizeBytes * Share) : SizeBytes;

    public static bool TryParse(string text, out CacheLimit limit)
    {
        limit = default;
        if (ShareText.TryParse(text, out var share) && text.TrimEnd().EndsWith('%') && share is > 0 and <= 1)
        {
            limit = OfShare(share);
            return true;
        }

        if (!ByteSize.TryParse(text, out var sizeBytes))
        {
            return false;
        }

        limit = OfBytes(sizeBytes);
        return true;
    }

    public override string ToString() =>
        IsShare ? ShareText.Format(Share) : ByteSize.Format(SizeBytes);
}
