using System.Net;
using System.Net.Sockets;

namespace EdgeCache.Fleet;

/// <summary>The nodes behind one host name, as a headless service of Kubernetes lists them: each address with the URL's scheme and port.</summary>
internal sealed class DnsMembers(Uri url, Func<string, CancellationToken, Task<IPAddress[]>> resolve, ILogger log) : IMemberSource
{
    /// <summary>Longer than a resolver in the same cluster takes; a node must not wait for it at its start.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    public async ValueTask<IReadOnlyList<MemberAddress>?> ListAsync(CancellationToken cancellationToken)
    {
        try
        {
            var addresses = await resolve(url.IdnHost, cancellationToken).WaitAsync(Timeout, cancellationToken);
            return [.. addresses.Select(UrlOf).Distinct().Take(FleetOptions.MaxMembers).Select(member => new MemberAddress(member))];
        }
        catch (Exception error) when (error is SocketException or TimeoutException)
        {
            // Also a headless service without a ready pod: no word against the nodes that are known.
            FleetLog.NotResolved(log, url.IdnHost, error.Message);
            return null;
        }
    }

    private Uri UrlOf(IPAddress address) => new UriBuilder(url.Scheme, address.ToString(), url.Port).Uri;
}
