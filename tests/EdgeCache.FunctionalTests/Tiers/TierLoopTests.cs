using System.Collections.Concurrent;
using System.Net;
using EdgeCache.Configuration;
using EdgeCache.FunctionalTests.Edge;
using EdgeCache.Testing.Edge;
using EdgeCache.Testing.Origin;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace EdgeCache.FunctionalTests.Tiers;

/// <summary>Nodes whose upstreams lead back to them.</summary>
public sealed class TierLoopTests : EdgeTests
{
    private readonly Sample _sample = Sample.Create("team/app", Sample.SmallBytes);

    public static TheoryData<int, string> Rings { get; } = new()
    {
        { 1, "tag" }, { 1, "digest" }, { 1, "blob" }, { 1, "list" },
        { 2, "tag" }, { 2, "digest" }, { 2, "blob" }, { 2, "list" },
        { 3, "tag" }, { 3, "blob" }, { 3, "list" },
    };

    [Theory]
    [MemberData(nameof(Rings))]
    public async Task Ring_EndsWhereItBegan_WithAClearError(int size, string kind)
    {
        var (nodes, hops) = (new List<EdgeFixture>(), new List<Hop>());
        for (var index = 0; index < size; index++)
        {
            var hop = new Hop();
            hops.Add(hop);
            nodes.Add(await StartAsync(new EdgeSetup
            {
                Upstream = upstream => upstream with { Endpoints = [new Uri("http://shield.example")], SendNamespace = true },
                Services = services => services.AddSingleton<IWebProxy>(hop),
            }));
        }

        for (var index = 0; index < size; index++)
        {
            hops[index].Next = nodes[(index + 1) % size].Pull;
        }

        var path = kind switch
        {
            "tag" => _sample.TagPath(),
            "digest" => _sample.ManifestPath,
            "blob" => _sample.BlobPath(0),
            _ => $"/v2/{_sample.Name}/tags/list",
        };
        var answer = await nodes[0].Client.GetAsync(path);

        answer.AssertFails(508, "UNKNOWN");
        Assert.Contains("loop", System.Text.Encoding.UTF8.GetString(answer.Body), StringComparison.Ordinal);
        Assert.Equal([2, .. Enumerable.Repeat(1, size - 1)], nodes.Select(node => node.Requests.Count));
        Assert.Equal(size, nodes[0].Requests.Last().Headers["CDN-Loop"].Split(", ").Length);
    }

    [Fact]
    public async Task WayOfOneRequest_IsNotTheNextOnesOnItsConnection()
    {
        var edge = await StartAsync(new EdgeSetup { Repositories = [_sample.Repository] });

        (await edge.Client.GetAsync(_sample.TagPath(), ("CDN-Loop", "edgecache-0123456789abcdef"))).AssertIs(_sample.Image.Bytes);
        (await edge.Client.GetAsync(_sample.BlobPath(0))).AssertIs(_sample.Layers[0].Bytes);

        var ways = edge.Origin.Log.Requests.Select(request => request.Header("CDN-Loop")).ToArray();
        Assert.Equal(2, ways.Length);
        Assert.Equal($"edgecache-0123456789abcdef, {ways[1]}", ways[0]);
    }

    [Fact]
    public async Task RedirectBackToTheNode_IsALoop_AndTheLogSaysSo()
    {
        var log = new ErrorLog();
        var edge = await StartAsync(new EdgeSetup
        {
            Node = node => node with { Logging = new LoggingOptions { Level = LogLevel.Error } },
            Services = services => services.AddSingleton<ILoggerProvider>(log),
        });
        edge.Origin.Faults.Always(When.Any, Fault.RedirectTo(new Uri(edge.Pull, _sample.BlobPath(0))));

        (await edge.Client.GetAsync(_sample.BlobPath(0))).AssertFails(508, "UNKNOWN");

        Assert.Equal(2, edge.Requests.Count);
        Assert.Contains(log.Lines, line => line.Contains("A request for docker.io came back to this node", StringComparison.Ordinal));
    }

    [Fact]
    public async Task LoopBehindAStaleTag_IsBridged()
    {
        var edge = await StartAsync(new EdgeSetup { Repositories = [_sample.Repository], Clock = Clock });
        (await edge.Client.GetAsync(_sample.TagPath())).AssertIs(_sample.Image.Bytes);
        edge.Origin.Faults.Always(When.Any, Fault.Status(508));
        Clock.Advance(TimeSpan.FromHours(1));

        var stale = await edge.Client.GetAsync(_sample.TagPath());

        stale.AssertIs(_sample.Image.Bytes);
        Assert.StartsWith("EdgeCache; fwd=stale; detail=stale-5xx; fwd-status=508", stale.CacheStatus, StringComparison.Ordinal);
    }

    /// <summary>What a node logs from Error on.</summary>
    private sealed class ErrorLog : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue(formatter(state, exception));

        public void Dispose()
        {
        }
    }

    /// <summary>The way from a node to the next one, whose address is not known before it runs: an HTTP proxy, which the next node plays.</summary>
    private sealed class Hop : IWebProxy
    {
        public Uri? Next { get; set; }

        public ICredentials? Credentials { get; set; }

        public Uri? GetProxy(Uri destination) => Next;

        public bool IsBypassed(Uri host) => false;
    }
}
