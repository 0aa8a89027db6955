namespace EdgeCache.Lab.Simulation;

/// <summary>An invariant did not hold; the message says which, with the seed and the steps that led there.</summary>
internal sealed class SimulationFailedException(string message) : Exception(message);
