namespace EdgeCache.Hosting;

/// <summary>A connection's feature: the role of the listener that accepted it. A request finds it through its own features.</summary>
internal interface IListenerRoleFeature
{
    ListenerRole Role { get; }
}
