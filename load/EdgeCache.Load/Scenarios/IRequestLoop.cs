using EdgeCache.Load.Measuring;

namespace EdgeCache.Load.Scenarios;

/// <summary>
/// One connection that asks for the same object again and again, the next time when the last answer is whole. Controlled from one other thread.
/// </summary>
internal interface IRequestLoop : IDisposable
{
    LatencyHistogram Latencies { get; }

    /// <summary>Bytes of bodies, also of an answer that the end cut.</summary>
    long Bytes { get; }

    long Failures { get; }

    /// <summary>Answers whose Cache-Status says that they were no hit.</summary>
    long NotHits { get; }

    void BeginCounting();

    /// <summary>Ends the loop, in the middle of an answer if need be.</summary>
    void Stop();

    /// <summary>Runs until it is stopped, or the connection fails.</summary>
    Task RunAsync(CancellationToken cancellationToken);
}
