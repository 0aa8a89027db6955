namespace EdgeCache.Origin;

/// <summary>
/// Whether two hosts belong to one registrant, by a small honest rule instead of the whole public suffix list: the last two labels are equal, the
/// last three where the last two are a known country suffix. Hosts under a suffix where anybody can have a name (clouds, page hosts), addresses
/// and single-label names must be equal. Where the rule is too narrow the operator lists the host. Pure.
/// </summary>
internal static class RegistrableDomain
{
    private static readonly HashSet<string> CountrySuffixes = new(StringComparer.OrdinalIgnoreCase)
    {
        "co.uk", "org.uk", "ac.uk", "gov.uk", "ltd.uk", "plc.uk", "net.uk", "com.au", "net.au", "org.au", "edu.au", "gov.au", "co.nz", "net.nz",
        "org.nz", "co.jp", "or.jp", "ne.jp", "ac.jp", "go.jp", "com.br", "net.br", "org.br", "gov.br", "com.cn", "net.cn", "org.cn", "edu.cn",
        "gov.cn", "com.hk", "com.tw", "com.sg", "com.my", "co.kr", "or.kr", "ac.kr", "go.kr", "co.in", "net.in", "org.in", "ac.in", "gov.in",
        "co.za", "org.za", "com.mx", "com.ar", "com.tr", "com.ua", "com.pl", "net.pl", "org.pl", "co.il", "org.il", "ac.il", "co.id", "co.th",
        "com.vn", "com.ph", "com.sa", "com.eg", "com.ng", "co.ke", "com.pk", "com.co", "com.pe", "com.es", "com.pt", "com.gr", "co.at", "or.at",
    };

    // Names under these are handed out to anybody, some of them at several depths.
    private static readonly string[] SharedSuffixes =
    [
        "amazonaws.com", "amazonaws.com.cn", "cloudfront.net", "elasticbeanstalk.com", "azurecr.io", "azurewebsites.net", "azure.com",
        "windows.net", "cloudapp.net", "appspot.com", "run.app", "web.app", "pkg.dev", "cloudfunctions.net", "googleapis.com", "github.io",
        "githubusercontent.com", "gitlab.io", "pages.dev", "workers.dev", "r2.dev", "herokuapp.com", "netlify.app", "vercel.app", "fly.dev",
        "onrender.com", "digitaloceanspaces.com", "ngrok.io", "ngrok.app", "ngrok-free.app", "trycloudflare.com", "duckdns.org", "nip.io",
        "sslip.io", "jfrog.io", "cloudsmith.io", "scw.cloud", "ovh.net", "aliyuncs.com", "myqcloud.com", "tencentcr.com", "icr.io",
    ];

    /// <param name="left">A host as <see cref="Uri.IdnHost"/> gives it.</param>
    /// <param name="right">Another.</param>
    public static bool AreSame(string left, string right)
    {
        left = left.TrimEnd('.');
        right = right.TrimEnd('.');
        if (left.Equals(right, StringComparison.OrdinalIgnoreCase))
        {
            return left.Length > 0;
        }

        var domain = Of(left);
        return domain is not null && domain.Equals(Of(right), StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The registrable domain; null where the host shares its with nobody.</summary>
    private static string? Of(string host)
    {
        if (Uri.CheckHostName(host) != UriHostNameType.Dns || IsShared(host))
        {
            return null;
        }

        var labels = host.Split('.');
        if (labels.Length < 2)
        {
            return null;
        }

        var lastTwo = $"{labels[^2]}.{labels[^1]}";
        if (!CountrySuffixes.Contains(lastTwo))
        {
            return lastTwo;
        }

        return labels.Length > 2 ? $"{labels[^3]}.{lastTwo}" : null;
    }

    private static bool IsShared(string host)
    {
        foreach (var suffix in SharedSuffixes)
        {
            if (host.EndsWith(suffix, StringComparison.OrdinalIgnoreCase)
                && (host.Length == suffix.Length || host[^(suffix.Length + 1)] == '.'))
            {
                return true;
            }
        }

        return false;
    }
}
