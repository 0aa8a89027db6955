using EdgeCache.Core.Blobs;
using EdgeCache.Testing;
using EdgeCache.Testing.Edge;
using EdgeCache.Testing.Network;
using EdgeCache.Testing.Origin;

namespace EdgeCache.Lab.Http;

/// <summary>
/// A node before an endpoint that fails, reached through a proxy that can, and perhaps before another that is well; each is real, but for the clock. Owned by one run.
/// </summary>
internal sealed class FaultScene : IAsyncDisposable
{
    /// <summary>Less than the time for headers, which begins before it.</summary>
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(9);

    private readonly CancellationTokenSource _healed = new();
    private readonly EdgeFixture _edge;
    private readonly FakeTimeProvider _clock;
    private Task _changes = Task.CompletedTask;

    private FaultScene(FaultPlan plan, FaultContent content, Random chance, (FakeOrigin Origin, FaultProxy Proxy, EdgeFixture Edge, FakeTimeProvider Clock) parts)
    {
        (Plan, Content, Chance) = (plan, content, chance);
        (Origin, Proxy, _edge, _clock) = parts;
        Time = new IdleTime(
            _clock,
            () => Origin.Composing > 0,
            () => Origin.Counters.AllRequests + Origin.Counters.AllBytes + _edge.Origin.Counters.AllBytes + _edge.Requests.Count + _edge.InFlight);
    }

    public FaultPlan Plan { get; }

    public FaultContent Content { get; }

    public Random Chance { get; }

    /// <summary>The endpoint that fails.</summary>
    public FakeOrigin Origin { get; }

    /// <summary>The way to it.</summary>
    public FaultProxy Proxy { get; }

    public IdleTime Time { get; }

    public EdgeClient Client => _edge.Client;

    /// <summary>What is asked for.</summary>
    public Pull Target => Content.Of(Plan.Target);

    /// <summary>Its length.</summary>
    public int SizeBytes => Target.Contents[0].Length;

    public static async Task<FaultScene> StartAsync(FaultPlan plan, Random chance)
    {
        var (content, clock) = (new FaultContent(chance), new FakeTimeProvider(DateTimeOffset.UtcNow));
        var origin = await FakeOrigin.StartAsync(new FakeOriginOptions { Time = clock }, content.Repositories);
        var proxy = FaultProxy.Start(origin.Url);
        try
        {
            var edge = await EdgeFixture.StartAsync(new EdgeSetup
            {
                Repositories = content.Repositories,
                Clock = clock,
                Upstream = upstream => upstream with
                {
                    Endpoints = [proxy.UrlOf(origin.Url), .. plan.HasSecondEndpoint ? upstream.Endpoints : []],
                    Outage = plan.Contract,
                    ConnectTimeout = ConnectTimeout,
                },
                // What passes is everybody's time, and no client here is slow.
                Node = node => node with { Limits = node.Limits with { ClientStallTimeout = TimeSpan.FromDays(1) } },
            });
            return new FaultScene(plan, content, chance, (origin, proxy, edge, clock));
        }
        catch
        {
            await proxy.DisposeAsync();
            await origin.DisposeAsync();
            throw;
        }
    }

    /// <summary>Requests upstream so far, and bytes of bodies that it sent.</summary>
    public (long Requests, long Bytes) Upstream =>
        (Origin.Counters.AllRequests + _edge.Origin.Counters.AllRequests, Origin.Counters.AllBytes + _edge.Origin.Counters.AllBytes);

    /// <summary>Lets time pass.</summary>
    public void Pass(TimeSpan time) => _clock.Advance(time);

    /// <summary>The next requests that match fail, one of them or all.</summary>
    public void Fail(Predicate<OriginRequest> match, Fault fault) => Origin.Faults.Add(match, fault, Plan.IsOnce ? 1 : int.MaxValue);

    /// <summary>The next contents fail, one of them or all.</summary>
    public void FailContent(Fault fault) => Fail(IsContent, fault);

    /// <summary>A GET that is answered with content by itself, not by a redirect.</summary>
    public bool IsContent(OriginRequest request) => request.Kind == OriginRequestKind.ManifestGet
        || request.Kind == (Origin.Behaviour.RedirectsBlobsToStorage ? OriginRequestKind.Storage : OriginRequestKind.BlobGet);

    /// <summary>The way to the endpoint is bad, for connections that stand as well.</summary>
    public void Obstruct(FaultProxyState state)
    {
        Proxy.State = state;
        if (!state.IsHalfOpen)
        {
            Proxy.ResetConnections();
        }
    }

    /// <summary>Goes on until all is well again.</summary>
    public void Change(Func<CancellationToken, Task> changes) => _changes = changes(_healed.Token);

    /// <summary>Moves the held tag, at all endpoints.</summary>
    public void MoveTag()
    {
        var (repository, tag, digest) = Content.Move;
        Origin.Content.MoveTag(repository, tag, digest);
        _edge.Origin.Content.MoveTag(repository, tag, digest);
    }

    /// <summary>Ends every fault.</summary>
    public async Task HealAsync()
    {
        await _healed.CancelAsync();
        await _changes.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Origin.Faults.Clear();
        Origin.Behaviour.HonoursRange = true;
        Origin.Behaviour.RedirectsBlobsToStorage = false;
        Proxy.State = FaultProxyState.Clear;
    }

    /// <summary>Waits until nothing is in progress.</summary>
    public Task SettleAsync() => _edge.SettleAsync();

    /// <exception cref="LabFailedException">Something temporary, or of a fetch that has ended long ago, is there.</exception>
    public void VerifyNothingIsLeft()
    {
        var paths = new BlobPaths(_edge.Cache.Path);
        string[] left = [.. ((string[])[paths.Temporary, paths.Partial, paths.Quarantine]).Where(Directory.Exists).SelectMany(Directory.EnumerateFileSystemEntries)];
        if (left.Length > 0)
        {
            throw new LabFailedException($"Left behind: {string.Join(", ", left)}.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _edge.DisposeAsync();
            if (Origin.Failures.TryPeek(out var failure))
            {
                throw new LabFailedException($"The origin itself has failed: {failure}");
            }
        }
        finally
        {
            await Proxy.DisposeAsync();
            await Origin.DisposeAsync();
            _healed.Dispose();
        }
    }
}
