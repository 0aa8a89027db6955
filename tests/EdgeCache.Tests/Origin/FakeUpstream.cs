using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace EdgeCache.Tests.Origin;

/// <summary>A real Kestrel on a free loopback port that answers as a test scripts it, and remembers what it was asked.</summary>
internal sealed class FakeUpstream : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly CancellationTokenSource _stopping = new();
    private readonly RequestDelegate _answer;
    private readonly ConcurrentQueue<SeenRequest> _requests = new();

    private FakeUpstream(RequestDelegate answer, X509Certificate2? certificate)
    {
        _answer = answer;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen =>
        {
            if (certificate is not null)
            {
                listen.UseHttps(certificate);
            }
        }));
        _app = builder.Build();
        _app.Run(HandleAsync);
    }

    public Uri Root { get; private set; } = new("http://unset");

    /// <summary>The registry's host as it stands in URLs.</summary>
    public string Authority => Root.Authority;

    public IReadOnlyCollection<SeenRequest> Requests => _requests;

    public static async Task<FakeUpstream> StartAsync(RequestDelegate answer, X509Certificate2? certificate = null)
    {
        var upstream = new FakeUpstream(answer, certificate);
        await upstream._app.StartAsync();
        upstream.Root = new Uri(upstream._app.Urls.Single());
        return upstream;
    }

    /// <summary>Never answers, until the client leaves or the test ends.</summary>
    public async Task HangAsync(HttpContext context)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _stopping.Token);
        await Task.Delay(Timeout.Infinite, either.Token).ContinueWith(_ => { }, TaskScheduler.Default);
        context.Abort();
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _app.StopAsync();
        await _app.DisposeAsync();
        _stopping.Dispose();
    }

    private Task HandleAsync(HttpContext context)
    {
        var request = context.Request;
        _requests.Enqueue(new SeenRequest(
            request.Method,
            request.Path + request.QueryString.ToString(),
            request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase)));
        return _answer(context);
    }
}
