using System.Net;
using System.Security.Cryptography.X509Certificates;
using EdgeCache.Testing;
using EdgeCache.Transport.Epoll;
using EdgeCache.Transport.Output;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeCache.Tests.Transport;

/// <summary>Kestrel on a free loopback port with one handler, by default on a plaintext listener with the direct output.</summary>
/// <remarks>Over TLS the output stands below it, for the records, and above it, for the ranges.</remarks>
internal sealed class DirectServer : IAsyncDisposable
{
    private static readonly X509Certificate2 Certificate = CreateCertificate();

    private readonly WebApplication _app;
    private int _directRequests;
    private int _connections;

    private DirectServer(WebApplication app) => _app = app;

    /// <summary>Of the first listener.</summary>
    public Uri Uri => Uris[0];

    public IReadOnlyList<Uri> Uris { get; private set; } = [];

    /// <summary>Only with <see cref="ServerTransport.Epoll"/>.</summary>
    public EpollTransport? Epoll { get; private init; }

    /// <summary>What <see cref="Epoll"/> rents.</summary>
    public required CountingMemoryPool Pool { get; init; }

    /// <summary>Requests whose responses could be handed a file range.</summary>
    public int DirectRequests => Volatile.Read(ref _directRequests);

    /// <summary>Connections whose work is not done.</summary>
    public int OpenConnections => Volatile.Read(ref _connections);

    public static Task<DirectServer> StartAsync(
        ServerTransport transport, RequestDelegate handler, bool isTls, DirectOutputOptions? options = null) => StartAsync(transport, handler, listen =>
    {
        listen.UseDirectOutput(options);
        if (isTls)
        {
            listen.UseHttps(Certificate).UseDirectOutput(options);
        }
    });

    /// <param name="listen">Sets each listener up.</param>
    public static async Task<DirectServer> StartAsync(
        ServerTransport transport,
        RequestDelegate handler,
        Action<ListenOptions>? listen = null,
        Action<KestrelServerOptions>? kestrel = null,
        int listeners = 1,
        int maxConnections = int.MaxValue)
    {
        DirectServer? server = null;
        var builder = CreateBuilder(options =>
        {
            kestrel?.Invoke(options);
            for (var index = 0; index < listeners; index++)
            {
                options.Listen(IPAddress.Loopback, 0, endpoint =>
                {
                    endpoint.Use(next => connection => server!.CountAsync(() => next(connection))); // Set before the server listens.
                    (listen ?? (plain => plain.UseDirectOutput()))(endpoint);
                });
            }
        });
        var pool = new CountingMemoryPool();
        var epoll = transport == ServerTransport.Epoll ? new EpollTransport(pool, NullLogger<EpollTransport>.Instance, maxConnections) : null;
        if (epoll is not null)
        {
            // As a factory, so that the server's services dispose it.
            builder.Services.AddSingleton<IConnectionListenerFactory>(_ => epoll);
        }

        server = new DirectServer(builder.Build()) { Epoll = epoll, Pool = pool };
        await server.RunAsync(handler);
        return server;
    }

    /// <summary>A client that takes any certificate.</summary>
    public static HttpClient CreateClient() =>
        new(new SocketsHttpHandler { UseProxy = false, SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true } });

    public Task StopAsync(CancellationToken cancellationToken = default) => _app.StopAsync(cancellationToken);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static WebApplicationBuilder CreateBuilder(Action<KestrelServerOptions> kestrel)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(60));
        builder.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.None));
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel);
        return builder;
    }

    private async Task RunAsync(RequestDelegate handler)
    {
        _app.Run(context =>
        {
            Interlocked.Add(ref _directRequests, context.Features.Get<DirectConnection>()?.OutputFor(context) is null ? 0 : 1);
            return handler(context);
        });
        await _app.StartAsync();
        Uris = [.. _app.Urls.Select(address => new Uri(address))];
    }

    private static X509Certificate2 CreateCertificate()
    {
        using var folder = new TempFolder();
        using var certificates = new TestCertificates(folder.Path);
        return certificates.Server.Certificate;
    }

    private async Task CountAsync(Func<Task> next)
    {
        Interlocked.Increment(ref _connections);
        try
        {
            await next();
        }
        finally
        {
            Interlocked.Decrement(ref _connections);
        }
    }
}
