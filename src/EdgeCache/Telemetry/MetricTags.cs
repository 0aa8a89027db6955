using System.Collections.Frozen;
using EdgeCache.Core.Blobs;
using EdgeCache.Core.Caching;
using EdgeCache.Routing;

namespace EdgeCache.Telemetry;

/// <summary>The closed sets of label values, made once: a hit boxes nothing and formats nothing. Immutable.</summary>
internal static class MetricTags
{
    /// <summary>The upstream's label where the request names none that is known.</summary>
    public const string NoUpstream = "none";

    /// <summary>The label of what is not of the closed set.</summary>
    public const string Other = "other";

    private static readonly FrozenDictionary<CacheResult, string> Results = NamesOf<CacheResult>();
    private static readonly FrozenDictionary<OciRouteKind, string> Kinds = NamesOf<OciRouteKind>();
    private static readonly FrozenDictionary<BlobPool, string> Pools = NamesOf<BlobPool>();
    private static readonly object[] Statuses = [.. Enumerable.Range(0, 600).Select(status => (object)status)];

    public static string Of(CacheResult result) => Results[result];

    public static string Of(OciRouteKind? kind) => kind is { } known ? Kinds[known] : Other;

    public static string Of(BlobPool pool) => Pools[pool];

    /// <summary>The status as a number that is boxed already; 0 for none.</summary>
    public static object OfStatus(int status) => Statuses[status is > 0 and < 600 ? status : 0];

    /// <summary>A HEAD gets no content, so that a hit rate counts GETs alone.</summary>
    public static string OfMethod(string method) => HttpMethods.IsGet(method) ? "get" : HttpMethods.IsHead(method) ? "head" : Other;

    /// <summary>Who asked.</summary>
    public static string OfSource(bool isSibling) => isSibling ? "sibling" : "client";

    /// <summary>TagsList to tags_list, as OpenTelemetry writes values.</summary>
    private static FrozenDictionary<T, string> NamesOf<T>()
        where T : struct, Enum =>
        Enum.GetValues<T>().ToFrozenDictionary(value => value, value => string.Concat(value.ToString().Select((character, index) =>
            char.IsAsciiLetterUpper(character) ? (index > 0 ? "_" : string.Empty) + char.ToLowerInvariant(character) : character.ToString())));
}
