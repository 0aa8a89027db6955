using System.Text;
using EdgeCache.Testing.Edge;
using EdgeCache.Testing.Synthetic;
using Xunit.Sdk;

namespace EdgeCache.Lab.Http;

/// <summary>
/// Lets the upstream of a real node fail in every way of a list, again and again. Each run: a node that holds a little; the fault; clients that ask for one
/// thing at once, and for what is held; each has to get what is promised. Then all is well: everything is served, and nothing is left over. Thread-safe.
/// </summary>
internal sealed class FaultRuns(int seed, IReadOnlyList<HttpFault> faults)
{
    private const int MaxProbes = 5;
    private const double MaxExcess = 1.01;

    /// <summary>Longer than any tag is fresh; longer than any upstream is left alone for what it did or said.</summary>
    private static readonly TimeSpan Recovery = TimeSpan.FromMinutes(6);

    public FaultTotals Totals { get; } = new();

    /// <summary>Runs each fault with the numbers from <paramref name="first"/> on.</summary>
    /// <exception cref="LabFailedException">A promise was not kept.</exception>
    public Task RunAsync(int first, int count, Action? progress, CancellationToken cancellationToken) => Parallel.ForEachAsync(
        Enumerable.Range(first, count).SelectMany(number => faults.Select(fault => (Fault: fault, Number: number))),
        cancellationToken,
        async (run, _) =>
        {
            var chance = ChanceOf(run.Fault, run.Number);
            var plan = FaultPlan.Draw(run.Fault, chance);
            try
            {
                await RunAsync(run.Fault, plan, chance);
            }
            catch (Exception failure) when (failure is LabFailedException or XunitException or TimeoutException)
            {
                throw new LabFailedException($"Seed {seed}, fault {run.Fault.Name}, number {run.Number} ({plan}): {failure.Message}");
            }

            Totals.CountRun();
            progress?.Invoke();
        });

    /// <summary>The same for a seed, a fault and a number, whatever is run beside it.</summary>
    private Random ChanceOf(HttpFault fault, int number)
    {
        var value = SyntheticBlob.Mix((ulong)(uint)seed);
        foreach (var letter in Encoding.ASCII.GetBytes(fault.Name))
        {
            value = SyntheticBlob.Mix(value ^ letter);
        }

        return new Random((int)SyntheticBlob.Mix(value + (ulong)(uint)number));
    }

    private async Task RunAsync(HttpFault fault, FaultPlan plan, Random chance)
    {
        await using var scene = await FaultScene.StartAsync(plan, chance);
        try
        {
            await RunAsync(fault, scene);
        }
        catch
        {
            // Its end, which looks at what is left as well, must not be told instead.
            await scene.HealAsync();
            scene.Pass(Recovery);
            throw;
        }
    }

    private async Task RunAsync(HttpFault fault, FaultScene scene)
    {
        foreach (var pull in (Pull[])[scene.Content.Tag, .. scene.Content.Held])
        {
            await PullWholeAsync(scene, pull);
        }

        await scene.SettleAsync();
        scene.Pass(Recovery);
        await PullWhileItFailsAsync(fault, scene);
        await scene.HealAsync();
        scene.Pass(Recovery);
        await PullAfterwardsAsync(fault, scene);
    }

    private async Task PullWhileItFailsAsync(HttpFault fault, FaultScene scene)
    {
        var (plan, before) = (scene.Plan, scene.Upstream);
        fault.Begin(scene);
        var pulls = Enumerable.Range(0, plan.Clients).Select(_ => PullOf(fault, scene)).ToList();
        var held = Task.WhenAll(scene.Content.Held.Select(pull => pull.SendAsync(scene.Client)));
        var answers = await scene.Time.UntilAsync(Task.WhenAll(pulls.Select(pull => pull.SendAsync(scene.Client))));
        var promise = FaultPromise.Of(fault, plan, scene.SizeBytes);
        foreach (var (pull, answer) in pulls.Zip(answers))
        {
            Judge(pull, answer, promise);
        }

        // What is held by its digest needs no upstream.
        var whole = new FaultPromise([PullOutcome.Whole], [], 0);
        foreach (var (pull, answer) in scene.Content.Held.Zip(await scene.Time.UntilAsync(held)))
        {
            Judge(pull, answer, whole);
        }

        var (requests, bytes) = (scene.Upstream.Requests - before.Requests, scene.Upstream.Bytes - before.Bytes);
        if (requests > promise.MaxRequests)
        {
            throw new LabFailedException($"{requests} requests upstream, where {promise.MaxRequests} are promised.");
        }

        if (fault.SendsNothingTwice && plan.IsBlob && promise.Outcomes is [PullOutcome.Whole] && bytes > scene.SizeBytes * MaxExcess)
        {
            throw new LabFailedException($"{bytes} bytes from upstream for a content of {scene.SizeBytes}.");
        }
    }

    private async Task PullAfterwardsAsync(HttpFault fault, FaultScene scene)
    {
        var tag = fault.MovesTag ? scene.Content.Tag with { Contents = [scene.Content.Next.Bytes] } : scene.Content.Tag;
        await ProbeAsync(scene, tag);
        foreach (var pull in (Pull[])[tag, scene.Content.Of(PullTarget.UnknownTag), .. scene.Content.Digests])
        {
            await PullWholeAsync(scene, pull);
        }

        await scene.SettleAsync();
        scene.VerifyNothingIsLeft();
        var before = scene.Upstream.Requests;
        foreach (var pull in scene.Content.Digests)
        {
            await PullWholeAsync(scene, pull);
        }

        if (scene.Upstream.Requests != before)
        {
            throw new LabFailedException("What was pulled was not stored.");
        }
    }

    /// <summary>The first request after an outage may meet what is left of it: a connection that was being made, or a breaker that waits for its probe.</summary>
    private static async Task ProbeAsync(FaultScene scene, Pull tag)
    {
        for (var probe = 0; probe < MaxProbes; probe++)
        {
            if (tag.Judge(await scene.Time.UntilAsync(tag.SendAsync(scene.Client))) == PullOutcome.Whole)
            {
                return;
            }

            scene.Pass(Recovery);
        }

        throw new LabFailedException("The tag is not served, or not as it is upstream, though all is well again.");
    }

    private async Task PullWholeAsync(FaultScene scene, Pull pull) =>
        Judge(pull, await scene.Time.UntilAsync(pull.SendAsync(scene.Client)), new FaultPromise([PullOutcome.Whole], [], 0));

    private void Judge(Pull pull, EdgeAnswer answer, FaultPromise promise)
    {
        var outcome = pull.Judge(answer);
        Totals.Count(outcome);
        if (!promise.Allows(outcome, answer.Status))
        {
            throw new LabFailedException(
                $"{pull.Path}: {outcome}, {answer.Status} with {answer.Body.Length} of {pull.Contents[0].Length} bytes, Cache-Status {answer.CacheStatus}; promised is {promise}.");
        }
    }

    /// <summary>A pull of the target: some clients go on from somewhere.</summary>
    private static Pull PullOf(HttpFault fault, FaultScene scene)
    {
        var target = scene.Target;
        return fault.MovesTag ? target with { Contents = [scene.Content.Image.Bytes, scene.Content.Next.Bytes] }
            : scene.Plan.IsBlob && scene.Chance.Next(3) == 0 ? target with { From = scene.Chance.Next(scene.SizeBytes) }
            : target;
    }
}
