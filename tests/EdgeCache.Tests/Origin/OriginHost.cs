using System.Net;
using EdgeCache.Core.Fill;
using EdgeCache.Core.Oci;
using EdgeCache.Origin;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EdgeCache.Tests.Origin;

/// <summary>The Origin room as the node composes it, with one upstream named <c>up</c>.</summary>
internal sealed class OriginHost : IAsyncDisposable
{
    public static readonly RepositoryKey Repository = new("up", RepositoryName.Parse("team/app"));
    public static readonly Reference Tag = Reference.Parse("v1");

    private readonly WebApplication _app;

    /// <param name="proxy">The proxy of all connections; null for none, whatever the environment says.</param>
    public OriginHost(UpstreamOptions upstream, IWebProxy? proxy = null, TimeProvider? time = null, OriginOptions? options = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(proxy ?? new WebProxy());
        builder.Services.AddSingleton(time ?? TimeProvider.System);
        builder.Services.AddOrigin(_ => (options ?? new OriginOptions { Upstreams = [] }) with { Upstreams = [upstream] });
        _app = builder.Build();
        _app.Services.UseUpstreams();
    }

    public WebApplication App => _app;

    public IOrigin Origin => _app.Services.GetRequiredService<IOrigin>();

    public T Get<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    /// <summary>Options whose time-outs never decide a test's outcome unless it sets them.</summary>
    public static UpstreamOptions Upstream(params Uri[] endpoints) => new()
    {
        Name = "up",
        Endpoints = endpoints,
        HeaderTimeout = TimeSpan.FromSeconds(20),
        StallTimeout = TimeSpan.FromSeconds(20),
    };

    public ValueTask<OriginAnswer> GetManifestAsync(FetchPriority priority = FetchPriority.Interactive) =>
        Origin.GetManifestAsync(Repository, new ManifestQuery(Tag, ManifestTypes.All, default, priority), CancellationToken.None);

    public ValueTask<OriginAnswer> GetBlobAsync(long offset = 0) =>
        GetBlobAsync(new ResumePoint(offset));

    public ValueTask<OriginAnswer> GetBlobAsync(ResumePoint from) =>
        Origin.GetBlobAsync(Repository, Digest.Compute("blob"u8), from, CancellationToken.None);

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}
