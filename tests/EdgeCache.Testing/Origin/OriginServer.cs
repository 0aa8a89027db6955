using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace EdgeCache.Testing.Origin;

/// <summary>
/// Kestrel with two listeners, the registry's and its storage host's. Can be stopped, cutting every connection, and started again on the same ports.
/// </summary>
internal sealed class OriginServer(FakeOriginOptions options, Func<HttpContext, bool, Task> answer) : IAsyncDisposable
{
    private WebApplication? _app;

    public int Port { get; private set; } = options.Port;

    public int StoragePort { get; private set; }

    public async Task StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            // 0: a write completes when the socket has the bytes, so that gates and cuts stand exactly where they are set.
            kestrel.Limits.MaxResponseBufferSize = 0;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Listen(options.Address, Port, Configure);
            kestrel.Listen(options.Address, StoragePort, Configure);
        });

        builder.Services.AddSingleton<IHostLifetime, PassiveLifetime>();
        var app = builder.Build();
        app.Run(context => answer(context, context.Connection.LocalPort == StoragePort));
        await app.StartAsync();
        var addresses = app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses;
        var ports = addresses.Select(address => new Uri(address).Port).ToArray();
        (Port, StoragePort) = (ports[0], ports[1]);
        _app = app;
    }

    /// <summary>Stops listening and cuts every connection at once.</summary>
    public async Task StopAsync()
    {
        if (_app is { } app)
        {
            _app = null;
            await app.StopAsync(new CancellationToken(canceled: true));
            await app.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private void Configure(ListenOptions listener)
    {
        listener.Protocols = options.Protocols;
        if (options.Certificate is { } certificate)
        {
            listener.UseHttps(certificate);
        }
    }
}
