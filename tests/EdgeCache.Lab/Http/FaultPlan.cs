using EdgeCache.Core.Caching;

namespace EdgeCache.Lab.Http;

/// <summary>What a run tries together with its fault. Immutable.</summary>
/// <param name="IsOnce">Whether the fault meets one request only.</param>
/// <param name="Clients">How many ask for the target at once. Less than the failures that open a breaker, so that each failure is told as it is.</param>
/// <param name="HasSecondEndpoint">Whether the upstream has another endpoint, which is well.</param>
internal sealed record FaultPlan(PullTarget Target, bool IsOnce, int Clients, bool HasSecondEndpoint, OutageContract Contract)
{
    private const int MaxClients = 4;

    public bool IsBlob => Target is PullTarget.SmallBlob or PullTarget.DescribedSmallBlob || IsLarge;

    /// <summary>Whether the content is sent before all of it is verified.</summary>
    public bool IsLarge => Target is PullTarget.LargeBlob or PullTarget.DescribedLargeBlob;

    public static FaultPlan Draw(HttpFault fault, Random chance) => new(
        fault.Targets[chance.Next(fault.Targets.Count)],
        chance.Next(2) == 0 ? fault.IsOnce ?? true : fault.IsOnce ?? false,
        chance.Next(1, MaxClients + 1),
        chance.Next(3) == 0,
        chance.Next(4) switch { 0 => Everywhere(OutageAction.Stale), 1 => Everywhere(OutageAction.Fail), _ => OutageContract.Default });

    public override string ToString() =>
        $"{Target}, {Clients} clients, {(IsOnce ? "once" : "always")}, {(HasSecondEndpoint ? "two endpoints" : "one endpoint")}, server errors {Contract.ServerError}, 404 {Contract.NotFound}";

    private static OutageContract Everywhere(OutageAction action) =>
        new() { Unreachable = action, ServerError = action, RateLimited = action, Denied = action, NotFound = action };
}
