using System.Net;
using System.Net.Sockets;
using EdgeCache.Origin;
using EdgeCache.Testing;
using Xunit;

namespace EdgeCache.Tests.Origin;

/// <summary>How long a dial waits for each address of a name. What may be dialled at all is tested with the client.</summary>
public sealed class DialGuardTests : IDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromMinutes(8);
    private static readonly IPAddress Well = IPAddress.Loopback;
    private static readonly IPAddress Silent = IPAddress.Parse("127.0.0.2");
    private static readonly IPAddress Refusing = IPAddress.Parse("127.0.0.3");

    private readonly FakeTimeProvider _clock = new();
    private readonly Socket _well = Listen(new IPEndPoint(Well, 0), queue: 8);
    private readonly Socket _silent;
    private readonly Socket _filler = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public DialGuardTests()
    {
        // A queue that is full: the kernel answers nobody any more.
        _silent = Listen(new IPEndPoint(Silent, Port), queue: 0);
        _filler.Connect(_silent.LocalEndPoint!);
    }

    private int Port => ((IPEndPoint)_well.LocalEndPoint!).Port;

    public void Dispose()
    {
        _filler.Dispose();
        _silent.Dispose();
        _well.Dispose();
    }

    [Fact]
    public async Task AddressThatRefuses_IsFollowedByTheNextAtOnce()
    {
        var dial = DialAsync(Refusing, Well);

        Assert.True(await dial);
    }

    [Fact]
    public async Task AddressThatIsSilent_HasHalfOfTheTime()
    {
        var dial = DialAsync(Silent, Well);
        await Eventually.TrueAsync(() => _clock.ActiveTimers > 0);

        _clock.Advance((ConnectTimeout / 2) - TimeSpan.FromSeconds(1));
        Assert.False(dial.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.True(await dial);
    }

    [Fact]
    public async Task LastAddress_HasTheRest()
    {
        var dial = DialAsync(Refusing, Silent);
        await Eventually.TrueAsync(() => _clock.ActiveTimers > 0);

        _clock.Advance(ConnectTimeout);

        Assert.False(await dial);
    }

    private static Socket Listen(IPEndPoint endPoint, int queue)
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(endPoint);
        listener.Listen(queue);
        return listener;
    }

    /// <summary>Whether a name that has these addresses can be connected to. Where not, the framework has to take it for an upstream that cannot be reached.</summary>
    private async Task<bool> DialAsync(params IPAddress[] addresses)
    {
        var options = new UpstreamOptions { Name = "up", Endpoints = [new Uri($"http://registry.test:{Port}")], ConnectTimeout = ConnectTimeout };
        var guard = new DialGuard(options, proxy: null, _clock, (_, _) => Task.FromResult(addresses));
        var connected = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var sockets = new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectTimeout = Timeout.InfiniteTimeSpan,
            ConnectCallback = async (context, cancellationToken) =>
            {
                var stream = await guard.ConnectAsync(context, cancellationToken);
                connected.SetResult();
                return stream;
            },
        };
        using var client = new HttpMessageInvoker(sockets);
        using var request = new HttpRequestMessage(HttpMethod.Get, options.Endpoints[0]);
        using var stop = new CancellationTokenSource();
        var answer = client.SendAsync(request, stop.Token);
        if (await Task.WhenAny(answer, connected.Task) == connected.Task)
        {
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
            return true;
        }

        var failure = AttemptFailure.Of(await Assert.ThrowsAsync<HttpRequestException>(() => answer));
        Assert.Equal(EndpointSignal.Unreachable, failure.Signal);
        return false;
    }
}
