namespace EdgeCache.Hosting;

/// <summary>A part of the node that can say that no request should be sent to it now. Registered as a service; safe for concurrent use.</summary>
internal interface IReadinessCheck
{
    /// <summary>The part's name, such as <c>index</c>.</summary>
    string Name { get; }

    /// <summary>The state as known at once: no I/O, no waiting.</summary>
    ReadinessResult Check();
}
