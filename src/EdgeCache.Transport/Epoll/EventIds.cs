namespace EdgeCache.Transport.Epoll;

/// <summary>The ids of this assembly's log messages: 6000–6099, unique in the program, never reused.</summary>
internal static class EventIds
{
    public const int AcceptFailed = 6000;
    public const int ClosedCallbackFailed = 6001;
}
