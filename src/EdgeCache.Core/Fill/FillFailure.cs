using EdgeCache.Core.Caching;

namespace EdgeCache.Core.Fill;

/// <summary>Why content could not be had, in the terms that Serving maps to a status.</summary>
/// <param name="Outcome">The kind; never Found.</param>
/// <param name="Reason">Safe to show to a client.</param>
/// <param name="RetryAfter">When a retry may help, where somebody said so.</param>
/// <param name="Members">What the caches between us and the registry say of it (<see cref="CacheTrail.Members"/>).</param>
public readonly record struct FillFailure(
    FailureSource Source, OriginOutcome Outcome, string Reason, TimeSpan? RetryAfter = null, string? Members = null)
{
    /// <summary>What the system says of it names paths of this machine: that goes to the log only.</summary>
    public static FillFailure DiskFailed { get; } = new(FailureSource.Store, OriginOutcome.Unavailable, "The cache disk failed.");

    /// <summary>What was written did not reach the disk: whoever reads it from there may get anything.</summary>
    public static FillFailure DiskLost { get; } = new(FailureSource.Store, OriginOutcome.Unavailable, "The cache disk has lost what it had taken.");

    /// <summary>A reader held up others of what only passes through memory.</summary>
    public static FillFailure TooSlow { get; } = new(FailureSource.Store, OriginOutcome.Unavailable, "The cache's disk takes nothing, and others read faster.");

    /// <summary>An answer that must not be used.</summary>
    public static FillFailure Bad(string reason) => new(FailureSource.Origin, OriginOutcome.BadAnswer, reason);

    /// <summary>The upstream's outage that it is; null for a failure of this node's own.</summary>
    public OutageKind? Outage => Source != FailureSource.Origin ? null : Outcome switch
    {
        OriginOutcome.Unreachable => OutageKind.Unreachable,
        OriginOutcome.Unavailable or OriginOutcome.BadAnswer or OriginOutcome.Loop => OutageKind.ServerError,
        OriginOutcome.RateLimited => OutageKind.RateLimited,
        OriginOutcome.Unauthorized or OriginOutcome.Denied => OutageKind.Denied,
        OriginOutcome.NotFound => OutageKind.NotFound,
        OriginOutcome.Offline => OutageKind.Offline,
        _ => null,
    };

    /// <summary>The failure that an upstream's answer is. A 304 that nobody asked for is none that can be used.</summary>
    public static FillFailure From(OriginAnswer answer) => answer.Outcome is OriginOutcome.Found or OriginOutcome.NotModified
        ? new(FailureSource.Origin, OriginOutcome.BadAnswer, "the upstream's answer is none to this question")
        : new(FailureSource.Origin, answer.Outcome, answer.Reason, answer.RetryAfter, answer.Trail.Members);
}
