namespace EdgeCache.Load.Scenarios.Cells;

/// <summary>Over what a closed loop asks, and with which client.</summary>
internal enum HitTransport
{
    /// <summary>HTTP/1.1 without TLS; the client drops bodies in the kernel.</summary>
    Plain,

    /// <summary>HTTP/1.1 with TLS; .NET's SslStream.</summary>
    Tls,

    /// <summary>HTTP/2 with TLS; .NET's SocketsHttpHandler.</summary>
    Http2,
}
