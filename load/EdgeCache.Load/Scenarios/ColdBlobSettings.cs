namespace EdgeCache.Load.Scenarios;

/// <param name="TimeLimit">When a round is given up.</param>
internal sealed record ColdBlobSettings(int Clients, BodyCheck Verify, TimeSpan TimeLimit);
