namespace EdgeCache.Core.Blobs;

/// <summary>What became of a written blob.</summary>
public enum PublishOutcome
{
    /// <summary>It has its final name, durably.</summary>
    Published,

    /// <summary>The same content was there already; the new file is dropped.</summary>
    AlreadyThere,
}
