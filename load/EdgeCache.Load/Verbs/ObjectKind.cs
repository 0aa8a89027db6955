namespace EdgeCache.Load.Verbs;

/// <summary>What <c>hit</c> asks for.</summary>
internal enum ObjectKind
{
    /// <summary>A manifest by its digest.</summary>
    Manifest,

    /// <summary>A manifest by its tag.</summary>
    Tag,

    Blob,
}
