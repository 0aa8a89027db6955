namespace EdgeCache.Core.Store;

/// <summary>What the store has for a request: the one word that decides the way it takes.</summary>
public enum LookupState
{
    /// <summary>Upstream has to be asked for the content.</summary>
    Miss,

    /// <summary>The bytes are here, this repository holds them, and a tag is fresh: serve.</summary>
    Fresh,

    /// <summary>The bytes are here, but what the tag means has to be confirmed upstream.</summary>
    Stale,

    /// <summary>The bytes are here, but this repository is not known to hold them: confirm upstream, then link.</summary>
    Unlinked,
}
