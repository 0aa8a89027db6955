using EdgeCache.Core.Oci;

namespace EdgeCache.Testing.Origin;

/// <summary>Predicates that say which requests a fault, a gate or a count means.</summary>
public static class When
{
    public static Predicate<OriginRequest> Any { get; } = _ => true;

    public static Predicate<OriginRequest> Kind(OriginRequestKind kind) => request => request.Kind == kind;

    /// <summary>GETs of any blob, from the registry itself (not from its storage host).</summary>
    public static Predicate<OriginRequest> AnyBlob { get; } = Kind(OriginRequestKind.BlobGet);

    /// <summary>GETs and HEADs of any manifest.</summary>
    public static Predicate<OriginRequest> AnyManifest { get; } =
        request => request.Kind is OriginRequestKind.ManifestGet or OriginRequestKind.ManifestHead;

    public static Predicate<OriginRequest> Token { get; } = Kind(OriginRequestKind.Token);

    public static Predicate<OriginRequest> Storage { get; } = Kind(OriginRequestKind.Storage);

    /// <summary>GETs of one blob, from the registry itself.</summary>
    public static Predicate<OriginRequest> Blob(Digest digest) =>
        request => request.Kind == OriginRequestKind.BlobGet && request.Digest == digest;

    /// <summary>GETs of one blob, wherever its bytes come from: the storage host where blobs are redirected to it.</summary>
    public static Predicate<OriginRequest> StoredBlob(Digest digest) =>
        request => request.Kind == OriginRequestKind.Storage && request.Digest == digest;

    /// <summary>GETs and HEADs of one manifest by its digest.</summary>
    public static Predicate<OriginRequest> Manifest(Digest digest) => request => AnyManifest(request) && request.Digest == digest;

    /// <summary>GETs and HEADs of one manifest by tag.</summary>
    public static Predicate<OriginRequest> Tag(string repository, string tag) =>
        request => AnyManifest(request) && request.Repository == repository && request.Reference == tag;

    public static Predicate<OriginRequest> InRepository(string repository) => request => request.Repository == repository;

    public static Predicate<OriginRequest> And(this Predicate<OriginRequest> first, Predicate<OriginRequest> second) =>
        request => first(request) && second(request);
}
