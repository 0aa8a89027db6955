using System.Net;

namespace EdgeCache.Load.Http;

/// <summary>A registry that load is put on, and whose process is measured where it is known.</summary>
/// <param name="ProcessId">Null where the process is not known: no CPU and memory then.</param>
/// <param name="MetricsUrl">Where an edge node serves its metrics; null where it is not known.</param>
internal sealed record LoadTarget(Uri Url, int? ProcessId, Uri? MetricsUrl = null)
{
    /// <summary>Null where load may be put on the URL, else why not. Names are not looked up: a name other than localhost is remote.</summary>
    public static string? Refuse(string text, bool allowsRemote, out Uri? url)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out url) || url.Scheme != Uri.UriSchemeHttp || url.PathAndQuery != "/" || url.UserInfo.Length > 0)
        {
            return $"'{text}' is not of the form http://HOST[:PORT].";
        }

        var isLoopback = url.Host == "localhost" || (IPAddress.TryParse(url.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
        return isLoopback || allowsRemote ? null : $"'{text}' is not this machine; add --allow-remote where the load is welcome there.";
    }
}
