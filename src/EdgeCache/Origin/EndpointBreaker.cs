using EdgeCache.Core.Fill;
using Polly;
using Polly.CircuitBreaker;

namespace EdgeCache.Origin;

/// <summary>
/// The health of one endpoint (PROMISES, "flapping"). It opens where within ten seconds five calls in a row fail, or half of at least five. While it is open
/// nothing is sent; after ten seconds, a quarter more or less so that a fleet's nodes do not come back together, one request is let through and decides.
/// Safe for concurrent use.
/// </summary>
internal sealed class EndpointBreaker
{
    /// <summary>Failures in a row that open it, and the fewest calls that a share is taken of.</summary>
    public const int Failures = 5;

    public static readonly TimeSpan Window = TimeSpan.FromSeconds(10);
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private readonly CircuitBreakerStateProvider _state = new();
    private readonly ResiliencePipeline<EndpointSignal> _pipeline;
    private readonly TimeProvider _time;
    private readonly Action<CircuitState, TimeSpan> _changed;
    private int _reported = (int)CircuitState.Closed;
    private int _answersInARow;
    private int _lastFailure = (int)EndpointSignal.Unreachable;
    private long _setAsideUntil;

    /// <param name="changed">Told of every change of state, with the pause where it opens. May be called by several threads.</param>
    public EndpointBreaker(TimeProvider time, Action<CircuitState, TimeSpan> changed)
    {
        _time = time;
        _changed = changed;
        _setAsideUntil = time.GetTimestamp();
        _pipeline = new ResiliencePipelineBuilder<EndpointSignal>
        {
            // Polly counts by the wall clock: one that jumps back a day would keep an endpoint out for as long.
            TimeProvider = new MonotonicClock(time),
        }.AddCircuitBreaker(new CircuitBreakerStrategyOptions<EndpointSignal>
        {
            FailureRatio = 0.5,
            MinimumThroughput = Failures,
            SamplingDuration = Window,
            BreakDurationGenerator = _ => ValueTask.FromResult(SetAside()),
            StateProvider = _state,
            ShouldHandle = arguments => ValueTask.FromResult(arguments.Outcome.Exception is not null || IsFailure(arguments.Outcome.Result)),
        }).Build();
    }

    public CircuitState State => _state.CircuitState;

    /// <summary>Whether others are to be tried first: it is open, or could not be reached just now.</summary>
    public bool IsSetAside => _time.GetTimestamp() < Volatile.Read(ref _setAsideUntil);

    /// <summary>How long it stays set aside; zero where it is not.</summary>
    public TimeSpan Remaining =>
        IsSetAside ? _time.GetElapsedTime(_time.GetTimestamp(), Volatile.Read(ref _setAsideUntil)) : TimeSpan.Zero;

    /// <summary>How the last failed attempt ended: what a request is told for which there is none.</summary>
    public OriginOutcome LastFailure =>
        (EndpointSignal)Volatile.Read(ref _lastFailure) == EndpointSignal.Failed ? OriginOutcome.Unavailable : OriginOutcome.Unreachable;

    /// <summary>Runs an attempt unless the breaker is open.</summary>
    /// <param name="attempt">Says what it tells of the endpoint. What it throws is thrown on, and tells nothing.</param>
    /// <returns>False: it was not run.</returns>
    public async ValueTask<bool> TryRunAsync(Func<ValueTask<EndpointSignal>> attempt)
    {
        if (State == CircuitState.Closed)
        {
            Record(await attempt());
            return true;
        }

        // Polly lets one through once the pause is over; nobody's leaving ends the judgement of it.
        var context = ResilienceContextPool.Shared.Get(CancellationToken.None);
        try
        {
            var outcome = await _pipeline.ExecuteOutcomeAsync(ProbeAsync, context, attempt);
            Report();
            if (outcome.Exception is BrokenCircuitException)
            {
                return false;
            }

            outcome.ThrowIfException();
            return true;
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    /// <summary>Takes what an attempt told, or a body that broke off long after its headers.</summary>
    public void Record(EndpointSignal signal)
    {
        if (signal is EndpointSignal.Neutral or EndpointSignal.Untold || !Counts(signal))
        {
            return;
        }

        if (signal == EndpointSignal.Unreachable)
        {
            SetAside();
        }

        try
        {
            _pipeline.Execute(static told => told, signal);
        }
        catch (BrokenCircuitException)
        {
            // It opened while the attempt was under way: the probe decides.
        }

        Report();
    }

    private async ValueTask<Outcome<EndpointSignal>> ProbeAsync(ResilienceContext context, Func<ValueTask<EndpointSignal>> attempt)
    {
        Report();
        try
        {
            var signal = await attempt();
            Counts(signal);
            return Outcome.FromResult(signal);
        }
        catch (Exception exception)
        {
            return Outcome.FromException<EndpointSignal>(exception);
        }
    }

    /// <summary>Whether Polly is to hear of it. Of answers in a row only the first five are told: however many went well before, five failures are half of what counts.</summary>
    private bool Counts(EndpointSignal signal)
    {
        if (signal == EndpointSignal.Answered)
        {
            Volatile.Write(ref _setAsideUntil, _time.GetTimestamp());
            return Volatile.Read(ref _answersInARow) < Failures && Interlocked.Increment(ref _answersInARow) <= Failures;
        }

        if (signal is EndpointSignal.Failed or EndpointSignal.Silent or EndpointSignal.Unreachable)
        {
            Volatile.Write(ref _lastFailure, (int)signal);
            Volatile.Write(ref _answersInARow, 0);
        }

        return true;
    }

    /// <summary>An attempt that was given up is told to Polly only where it was the probe: it is no proof of health.</summary>
    private bool IsFailure(EndpointSignal signal) =>
        signal is EndpointSignal.Failed or EndpointSignal.Silent or EndpointSignal.Unreachable or EndpointSignal.Untold;

    private TimeSpan SetAside()
    {
        var pause = Pause * (0.75 + (Random.Shared.NextDouble() / 2));
        Volatile.Write(ref _setAsideUntil, _time.GetTimestamp() + (long)(pause.TotalSeconds * _time.TimestampFrequency));
        return pause;
    }

    private void Report()
    {
        var now = State;
        if (Interlocked.Exchange(ref _reported, (int)now) != (int)now)
        {
            _changed(now, Remaining);
        }
    }
}
