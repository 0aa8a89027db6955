namespace EdgeCache.Load.Scenarios;

/// <param name="WarmUp">What is not counted before the duration.</param>
internal sealed record HitSettings(int Connections, TimeSpan WarmUp, TimeSpan Duration, BodyCheck Verify);
