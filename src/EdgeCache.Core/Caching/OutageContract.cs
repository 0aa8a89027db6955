namespace EdgeCache.Core.Caching;

/// <summary>
/// What an upstream's configuration says of its failures. By default failures are bridged, and refusals and "no such tag" are passed on: whoever was
/// denied must not go on reading, and what was deleted is gone. Immutable.
/// </summary>
public sealed record OutageContract
{
    public static OutageContract Default { get; } = new();

    public OutageAction Unreachable { get; init; } = OutageAction.Stale;

    public OutageAction ServerError { get; init; } = OutageAction.Stale;

    public OutageAction RateLimited { get; init; } = OutageAction.Stale;

    public OutageAction Denied { get; init; } = OutageAction.Pass;

    /// <summary>Unless it is passed on, a 404 does not make this cache forget what it holds.</summary>
    public OutageAction NotFound { get; init; } = OutageAction.Pass;

    public OutageAction For(OutageKind kind) => kind switch
    {
        OutageKind.Unreachable => Unreachable,
        OutageKind.ServerError => ServerError,
        OutageKind.RateLimited => RateLimited,
        OutageKind.Denied => Denied,
        OutageKind.NotFound => NotFound,

        // Who switches an upstream off wants what is held.
        _ => OutageAction.Stale,
    };
}
