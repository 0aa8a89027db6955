namespace EdgeCache.Load.Scenarios;

/// <summary>One way to pull a blob over certain links: medians over the rounds.</summary>
/// <param name="NearMegabits">The link between branch and region, 10^6 bits per second.</param>
/// <param name="FarMegabits">The link between region and registry.</param>
/// <param name="FirstByte">Of the body, from the request.</param>
/// <param name="RegistryGets">Blob GETs that the registry saw, of all rounds.</param>
/// <param name="ExpectedGets">How many it should have seen.</param>
/// <param name="Exact">Rounds in which every byte was right.</param>
internal sealed record TierFigures(
    int NearMegabits,
    int FarMegabits,
    TierWay Way,
    int Rounds,
    long BlobBytes,
    TimeSpan FirstByte,
    TimeSpan Total,
    int RegistryGets,
    int ExpectedGets,
    int Exact)
{
    public string? Error { get; init; }

    public bool IsGood => Exact == Rounds && RegistryGets == ExpectedGets;
}
