using System.Net;
using Microsoft.Extensions.Logging;

namespace EdgeCache.Transport.Epoll;

/// <summary>The transport's log messages.</summary>
internal sealed partial class EpollLog(ILogger<EpollTransport> logger)
{
    [LoggerMessage(EventIds.AcceptFailed, LogLevel.Error, "A connection to {EndPoint} was not accepted")]
    public partial void AcceptFailed(EndPoint endPoint, Exception exception);

    [LoggerMessage(EventIds.ClosedCallbackFailed, LogLevel.Error, "Connection {ConnectionId}: what was to run at its end failed")]
    public partial void CallbackFailed(string connectionId, Exception exception);
}
