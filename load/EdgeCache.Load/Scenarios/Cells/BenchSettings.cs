namespace EdgeCache.Load.Scenarios.Cells;

/// <summary>How much is measured.</summary>
/// <param name="Duration">Of one round of a cell at one server.</param>
/// <param name="SlowClients">How many clients stay on a blob at once.</param>
/// <param name="Crowd">How many clients ask for a cold blob at once.</param>
/// <param name="IsQuick">Fewer and smaller cells.</param>
/// <param name="Copies">Whether clients copy the bodies of hits out of the kernel, as any client does.</param>
internal sealed record BenchSettings(int Rounds, TimeSpan Duration, int SlowClients, int Crowd, bool IsQuick, bool Copies)
{
    /// <summary>Before each round of a closed loop: connections reach their speed.</summary>
    public TimeSpan WarmUp => Duration / 6;

    /// <summary>A step of the warm-up before the first round of a closed loop.</summary>
    public TimeSpan WarmUpWindow => Duration / 3;
}
