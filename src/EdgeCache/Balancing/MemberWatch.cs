using EdgeCache.Fleet;

namespace EdgeCache.Balancing;

/// <summary>
/// Tells a member that waits for a slow upstream from one that is dead: while nothing comes from it, it is asked whether it lives. Safe for concurrent use.
/// </summary>
internal sealed class MemberWatch(FleetMembers members, TimeProvider time, ILogger<MemberWatch> log)
{
    /// <summary>How long silence says nothing: most answers are there by then.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>Gives the attempt up once the member is silent and does not answer a probe, and, before an answer began, another could take its place. Never
    /// throws.</summary>
    /// <param name="ended">The attempt's end, which ends the watching.</param>
    public async Task WatchAsync(Member member, MemberAttempt attempt, CancellationTokenSource giveUp, CancellationToken ended)
    {
        var seen = 0;
        while (true)
        {
            await Task.Delay(Patience, time, ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (ended.IsCancellationRequested)
            {
                return;
            }

            if (attempt.Signs is var signs && signs != seen)
            {
                seen = signs;
            }
            else if (await IsDeadAsync(member, ended) && (attempt.Signs > 0 || (attempt.MayGoOn && IsOneReady())))
            {
                await giveUp.CancelAsync();
                return;
            }
        }
    }

    /// <summary>Has everybody know of a member that cannot be reached, and logs what went wrong.</summary>
    /// <returns>The outcome.</returns>
    public AttemptOutcome Report(Member member, AttemptOutcome outcome, Exception? exception)
    {
        if (outcome == AttemptOutcome.Unreachable)
        {
            members.ReportUnreachable(member);
        }

        if (AttemptRules.IsOpen(outcome) || outcome == AttemptOutcome.Cut)
        {
            BalancerLog.AttemptFailed(log, member.Name, outcome, exception?.Message ?? string.Empty);
        }

        return outcome;
    }

    /// <summary>Has everybody know that the member leaves.</summary>
    public void ReportDraining(Member member) => members.ReportDraining(member);

    /// <summary>Where nobody answers it may well be us who are slow: then waiting is better than a failure.</summary>
    private bool IsOneReady() => members.All.Any(member => member.State == MemberState.Ready);

    private async Task<bool> IsDeadAsync(Member member, CancellationToken ended)
    {
        try
        {
            return !await members.IsAliveAsync(member, ended);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
