using System.Net.Http.Headers;
using System.Net.Sockets;
using EdgeCache.Fleet;
using EdgeCache.Origin;

namespace EdgeCache.Siblings;

/// <summary>
/// Asks one member, and finds out soon where it does not answer: after half a second without headers it is asked whether it lives. One that lives may be waiting
/// for a slow upstream and is waited for; one that does not is left, and its keys have another home from then on. Safe for concurrent use.
/// </summary>
internal sealed class SiblingClient(FleetHttp http, FleetMembers members, FleetSecret secret, SiblingMetrics metrics, LoopGuard loops, TimeProvider time)
{
    /// <summary>Without a sign of life for so long, the member is asked for one. With the probe's own time-out, a dead one costs a second.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    /// <summary>A member that lives and says nothing has a fault: longer than two endpoints of an upstream may stall by its own time-outs, 30 s each.</summary>
    private static readonly TimeSpan HeaderTimeout = TimeSpan.FromSeconds(75);

    /// <summary>What is held is found on a disk.</summary>
    private static readonly TimeSpan HeldTimeout = TimeSpan.FromSeconds(1);

    /// <returns>The answer, whatever it is; null where there is none. The caller's to dispose.</returns>
    public async ValueTask<HttpResponseMessage?> AskAsync(Member member, SiblingQuestion question, bool onlyHeld, CancellationToken cancellationToken)
    {
        member.Enter();
        try
        {
            var response = await SendAsync(member, ToRequest(member, question, onlyHeld), onlyHeld ? HeldTimeout : HeaderTimeout, cancellationToken);
            if (response is not null && DrainHeader.IsIn(response.Headers))
            {
                members.ReportDraining(member);
            }

            metrics.Asked(response is null ? SiblingOutcome.Silent : response.IsSuccessStatusCode ? SiblingOutcome.Found : SiblingOutcome.Refused);
            return response;
        }
        finally
        {
            member.Leave();
        }
    }

    /// <summary>Waits for a task of an exchange with a member as long as the member lives.</summary>
    /// <returns>False where it has died, or has kept silent for too long.</returns>
    public async ValueTask<bool> WaitAsync(Task task, Member member, TimeSpan atMost, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (await TimesOutAsync(task, cancellationToken))
        {
            if (time.GetElapsedTime(started) > atMost || !await members.IsAliveAsync(member, cancellationToken))
            {
                return task.IsCompleted;
            }
        }

        return true;
    }

    private async ValueTask<HttpResponseMessage?> SendAsync(
        Member member, HttpRequestMessage request, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var sending = http.Invoker.SendAsync(request, leaving.Token);
        try
        {
            if (await WaitAsync(sending, member, timeout, cancellationToken))
            {
                return await sending;
            }

            await leaving.CancelAsync();
            (await sending).Dispose();
            return null;
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException or IOException or SocketException)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                Drop(sending);
                cancellationToken.ThrowIfCancellationRequested();
            }

            if (!leaving.IsCancellationRequested)
            {
                members.ReportUnreachable(member);
            }

            return null;
        }
    }

    private async ValueTask<bool> TimesOutAsync(Task task, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var delay = Task.Delay(Patience, time, deadline.Token);
        var first = await Task.WhenAny(task, delay);
        await deadline.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
        return first == delay;
    }

    /// <summary>An answer that comes after all is closed.</summary>
    private static void Drop(Task<HttpResponseMessage> sending) => sending.ContinueWith(
        static late =>
        {
            if (late.IsCompletedSuccessfully)
            {
                late.Result.Dispose();
            }
            else
            {
                _ = late.Exception;
            }
        },
        CancellationToken.None,
        TaskContinuationOptions.ExecuteSynchronously,
        TaskScheduler.Default);

    private HttpRequestMessage ToRequest(Member member, SiblingQuestion question, bool onlyHeld)
    {
        var target = question.Target;
        var request = OriginRequests.Create(question.Method, new Uri(member.Address.Url, target), question.Accept);
        SiblingHeaders.Sign(request, target, secret, time.GetUtcNow());
        if (onlyHeld)
        {
            request.Headers.TryAddWithoutValidation("Cache-Control", SiblingHeaders.OnlyIfCached);
        }
        else
        {
            loops.Mark(request);
        }

        if (!question.IfNoneMatch.IsNone)
        {
            request.Headers.IfNoneMatch.Add(new EntityTagHeaderValue($"\"{question.IfNoneMatch}\""));
        }

        if (question.Offset > 0)
        {
            request.Headers.Range = new RangeHeaderValue(question.Offset, null);
        }

        return request;
    }
}
