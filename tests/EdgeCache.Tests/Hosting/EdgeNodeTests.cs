using System.Net;
using System.Net.Sockets;
using System.Text;
using EdgeCache.Configuration;
using EdgeCache.Testing;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace EdgeCache.Tests.Hosting;

public sealed class EdgeNodeTests
{
    private static readonly TimeSpan DrainDelay = TimeSpan.FromSeconds(77);

    [Fact]
    public async Task AuthorizationMiddleware_IsNotPutBeforeRequests()
    {
        await using var node = await TestNode.StartAsync();

        Assert.Null(node.Node.Services.GetService<IAuthorizationHandlerProvider>());
    }

    [Fact]
    public async Task Start_PrintsOneLineForEachListener_PullFirst()
    {
        var lines = new StringWriter();
        var options = TestNode.Options with
        {
            Listen = [ListenAddress.Parse("http://127.0.0.1:0"), ListenAddress.Parse("http://localhost:0")],
            Telemetry = new TelemetryOptions { MetricsListen = [ListenAddress.Parse("http://127.0.0.1:0")] },
        };
        await using var node = await TestNode.StartAsync(options: options, announcements: lines);

        Uri[] expected = [.. node.Node.PullAddresses, node.Admin, .. node.Node.MetricsAddresses];
        Assert.Equal(4, expected.Length);
        Assert.All(expected, address => Assert.NotEqual(0, address.Port));
        Assert.Equal(expected.Select(address => $"listening on {address.GetLeftPart(UriPartial.Authority)}"), lines.ToString().TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task PullListener_ShowsNothingOfAdmin()
    {
        await using var node = await TestNode.StartAsync(context => Status(context, 418));

        Assert.Equal(418, await StatusOf(node, new Uri(node.Pull, "/metrics")));
        using var forged = new HttpRequestMessage(HttpMethod.Get, new Uri(node.Pull, "/metrics")) { Headers = { Host = node.Admin.Authority } };
        using var answer = await node.Client.SendAsync(forged);
        Assert.Equal(418, (int)answer.StatusCode);
        Assert.Equal("ok\n", await node.Client.GetStringAsync(new Uri(node.Pull, "/healthz/ready")));
        Assert.False(answer.Headers.Contains("Server"));
    }

    [Fact]
    public async Task AdminListener_ServesNoRegistry()
    {
        await using var node = await TestNode.StartAsync(context => Status(context, 418));

        Assert.Equal(404, await StatusOf(node, new Uri(node.Admin, "/v2/")));
        Assert.Equal(200, await StatusOf(node, new Uri(node.Admin, "/metrics")));
        Assert.Equal(200, await StatusOf(node, new Uri(node.Admin, "/healthz/live")));
    }

    [Fact]
    public async Task MetricsListener_ServesMetricsOnly()
    {
        var options = TestNode.Options with { Telemetry = new TelemetryOptions { MetricsListen = [ListenAddress.Parse("http://127.0.0.1:0")] } };
        await using var node = await TestNode.StartAsync(options: options);
        var address = node.Node.MetricsAddresses[0];

        Assert.Equal(200, await StatusOf(node, new Uri(address, "/metrics")));
        Assert.Equal(404, await StatusOf(node, new Uri(address, "/healthz/ready")));
        Assert.Equal(404, await StatusOf(node, new Uri(address, "/v2/")));
    }

    [Fact]
    public async Task BodyOnAGet_IsNotReadAsTheNextRequest()
    {
        var requests = 0;
        await using var node = await TestNode.StartAsync(context =>
        {
            Interlocked.Increment(ref requests);
            return Status(context, 200);
        });
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, node.Pull.Port);
        var smuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET /v2/ HTTP/1.1\r\nHost: a\r\nContent-Length: {smuggled.Length}\r\n\r\n{smuggled}"));

        // The answer ends with the connection: nothing follows.
        var answer = await new StreamReader(client.GetStream()).ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(30));

        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
        Assert.Equal(0, answer.LastIndexOf("HTTP/1.1", StringComparison.Ordinal));
        Assert.Equal(1, requests);
    }

    [Fact]
    public async Task OversizedHeaders_AreRefused()
    {
        await using var node = await TestNode.StartAsync(context => Status(context, 200));
        using var request = new HttpRequestMessage(HttpMethod.Get, node.Pull);
        request.Headers.Add("X-Filler", new string('x', 33 << 10));

        using var answer = await node.Client.SendAsync(request);

        Assert.Equal(431, (int)answer.StatusCode);
    }

    [Fact]
    public async Task Stop_IsNotReadyAtOnce_AcceptsForTheDelay_ThenEndsWhatIsInFlight()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var time = new FakeTimeProvider();
        var options = TestNode.Options with { Drain = new DrainOptions { Delay = DrainDelay } };
        await using var node = await TestNode.StartAsync(
            async context =>
            {
                await context.Response.WriteAsync("begin ");
                await gate.Task;
                await context.Response.WriteAsync("end");
            },
            options,
            services => services.AddSingleton<TimeProvider>(time));
        using var inFlight = await node.Client.GetAsync(node.Pull, HttpCompletionOption.ResponseHeadersRead);

        var stopping = node.Node.StopAsync(CancellationToken.None);
        Assert.Equal(503, await StatusOf(node, new Uri(node.Pull, "/healthz/ready")));
        Assert.Equal(200, await StatusOf(node, new Uri(node.Pull, "/healthz/live")));
        Assert.Contains("\"draining\":true", await BodyOf(node, new Uri(node.Admin, "/healthz/ready")), StringComparison.Ordinal);

        time.Advance(DrainDelay);
        await RefusesConnectionsAsync(node.Pull.Port);
        Assert.False(stopping.IsCompleted);

        gate.SetResult();
        Assert.Equal("begin end", await inFlight.Content.ReadAsStringAsync());
        await stopping.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task DrainTimeout_AbortsWhatIsInFlight()
    {
        var options = TestNode.Options with { Drain = new DrainOptions { Timeout = TimeSpan.FromMilliseconds(50) } };
        await using var node = await TestNode.StartAsync(
            async context =>
            {
                await context.Response.WriteAsync("begin ");
                await Task.Delay(Timeout.Infinite, context.RequestAborted);
            },
            options);
        using var inFlight = await node.Client.GetAsync(node.Pull, HttpCompletionOption.ResponseHeadersRead);

        await node.Node.StopAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30));

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => inFlight.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task TwoNodesInOneProcess_CountTheirOwnRequests()
    {
        await using var busy = await TestNode.StartAsync(context => Status(context, 418));
        await using var idle = await TestNode.StartAsync(context => Status(context, 418));
        await StatusOf(busy, busy.Pull);

        Assert.NotEmpty(await ServerSamplesOf418(busy));
        Assert.Empty(await ServerSamplesOf418(idle));

        // The test's own HttpClient counts process-wide: only the server's metrics are a node's.
        static async Task<string[]> ServerSamplesOf418(TestNode node) =>
            [.. (await BodyOf(node, new Uri(node.Admin, "/metrics"))).Split('\n').Where(line =>
                line.Contains("\"418\"", StringComparison.Ordinal) && !line.StartsWith("http_client_", StringComparison.Ordinal))];
    }

    [Fact]
    public async Task TakenPort_FailsTheStart()
    {
        await using var first = await TestNode.StartAsync();
        var taken = ListenAddress.Parse($"http://127.0.0.1:{first.Pull.Port}");

        await Assert.ThrowsAsync<IOException>(() => TestNode.StartAsync(options: TestNode.Options with { Listen = [taken] }));
    }

    internal static Task Status(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }

    private static async Task<int> StatusOf(TestNode node, Uri address)
    {
        using var answer = await node.Client.GetAsync(address);
        return (int)answer.StatusCode;
    }

    private static async Task<string> BodyOf(TestNode node, Uri address)
    {
        using var answer = await node.Client.GetAsync(address);
        return await answer.Content.ReadAsStringAsync();
    }

    private static async Task RefusesConnectionsAsync(int port)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            using var client = new TcpClient();
            try
            {
                await client.ConnectAsync(IPAddress.Loopback, port, limit.Token);
            }
            catch (SocketException)
            {
                return;
            }
        }
    }
}
