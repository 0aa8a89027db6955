using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace EdgeCache.Testing.Origin;

/// <summary>What of a <see cref="FakeOrigin"/> is fixed at its start.</summary>
public sealed record FakeOriginOptions
{
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>0 takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>The certificate of https; null is http. See <see cref="TestCertificates"/>.</summary>
    public X509Certificate2? Certificate { get; init; }

    public HttpProtocols Protocols { get; init; } = HttpProtocols.Http1;

    /// <summary>What comes before <c>/v2/</c>, such as <c>/proxy-cache</c>.</summary>
    public string BasePath { get; init; } = string.Empty;

    /// <summary>Whether the log has every request; without it an origin may be asked more often than the log can hold, and only counts.</summary>
    public bool KeepsRequests { get; init; } = true;

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
