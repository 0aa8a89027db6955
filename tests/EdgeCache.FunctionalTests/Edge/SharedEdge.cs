using EdgeCache.Testing;
using EdgeCache.Testing.Edge;
using Xunit;

namespace EdgeCache.FunctionalTests.Edge;

/// <summary>One node for the many cases of a class, which run one after another: each brings content of its own, and clears faults and log.</summary>
public sealed class SharedEdge : IAsyncLifetime
{
    /// <summary>Longer than any upstream is left alone for its failures.</summary>
    private static readonly TimeSpan Grudge = TimeSpan.FromMinutes(1);

    /// <summary>Real time in which a node that waits for no clock answers.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private EdgeFixture? _edge;
    private int _samples;

    /// <summary>The node, without the faults and the log of earlier cases.</summary>
    internal EdgeFixture Renewed
    {
        get
        {
            var edge = _edge ?? throw new InvalidOperationException("Not initialized.");
            edge.Origin.Faults.Clear();
            edge.Origin.Log.Clear();
            return edge;
        }
    }

    public async Task InitializeAsync() => _edge = await EdgeFixture.StartAsync(new EdgeSetup { Clock = _clock, Services = EdgeSetup.ImpatientFills });

    public async Task DisposeAsync()
    {
        if (_edge is not null)
        {
            await _edge.DisposeAsync();
        }
    }

    /// <summary>Asks for something that upstream fails at so often that the node may wait for it to recover, by a clock that stands still.</summary>
    internal async Task<EdgeAnswer> AskPatientlyAsync(string path)
    {
        var asking = (_edge ?? throw new InvalidOperationException("Not initialized.")).Client.GetAsync(path);
        while (await Task.WhenAny(asking, Task.Delay(Pause)) != asking)
        {
            _clock.Advance(Grudge);
        }

        return await asking;
    }

    /// <summary>The upstream is sound again, and the node has forgotten that it was not.</summary>
    internal void Recover()
    {
        Renewed.Origin.Faults.Clear();
        _clock.Advance(Grudge);
    }

    /// <summary>A repository that no other case has seen, nor any of its bytes.</summary>
    internal Sample AddSample(params int[] layerBytes)
    {
        var seed = ++_samples;
        var sample = Sample.CreateSeeded($"team/app{seed}", seed, layerBytes);
        Renewed.Origin.Content.Add(sample.Repository);
        return sample;
    }
}
