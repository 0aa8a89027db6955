using System.Net;
using System.Net.Sockets;

namespace EdgeCache.Fleet;

/// <summary>Asks a member whether it is ready. Safe for concurrent use.</summary>
internal sealed class MemberProbe(FleetHttp http, TimeProvider time)
{
    private const string ReadyPath = "/healthz/ready";

    /// <summary>Never throws but for the caller's own token.</summary>
    public async ValueTask<MemberState> AskAsync(Member member, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(member.Address.Url, ReadyPath));
            using var response = await http.Invoker.SendAsync(request, either.Token);
            return response.StatusCode == HttpStatusCode.OK ? MemberState.Ready : MemberState.NotReady;
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException or IOException or SocketException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return MemberState.Unreachable;
        }
    }
}
