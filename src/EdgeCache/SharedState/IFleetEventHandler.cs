namespace EdgeCache.SharedState;

/// <summary>A part of the node that does what other nodes tell. Registered as services; each sees every event and leaves alone what is not its own.</summary>
internal interface IFleetEventHandler
{
    /// <param name="cancellationToken">Ends after a minute at the latest.</param>
    ValueTask HandleAsync(FleetEvent message, CancellationToken cancellationToken);
}
