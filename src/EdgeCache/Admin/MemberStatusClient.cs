using System.Net.Sockets;
using System.Text.Json;
using EdgeCache.Fleet;
using EdgeCache.Siblings;

namespace EdgeCache.Admin;

/// <summary>Asks members for their status. Safe for concurrent use.</summary>
internal sealed class MemberStatusClient(FleetHttp http, FleetSecret secret, TimeProvider time)
{
    private const int MaxBytes = 16 << 10;

    /// <summary>An overview of a fleet with a dead node must not be slow.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(1);

    /// <returns>Null where it does not answer, or not in a form that is understood.</returns>
    public async ValueTask<NodeStatus?> AskAsync(Member member, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(member.Address.Url, FleetHandler.StatusPath));
            SiblingHeaders.Sign(request, FleetHandler.StatusPath, secret, time.GetUtcNow());
            using var response = await http.Invoker.SendAsync(request, either.Token);
            if (!response.IsSuccessStatusCode || response.Content.Headers.ContentLength > MaxBytes)
            {
                return null;
            }

            await response.Content.LoadIntoBufferAsync(MaxBytes, either.Token);
            return await JsonSerializer.DeserializeAsync(await response.Content.ReadAsStreamAsync(either.Token), FleetJson.Default.NodeStatus, either.Token);
        }
        catch (Exception error) when (error is HttpRequestException or IOException or SocketException or JsonException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return null;
        }
    }
}
