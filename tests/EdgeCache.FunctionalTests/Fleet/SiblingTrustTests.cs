using System.Net;
using System.Net.Sockets;
using System.Text;
using EdgeCache.Fleet;
using EdgeCache.Testing.Edge;
using EdgeCache.Testing.Origin;
using Xunit;

namespace EdgeCache.FunctionalTests.Fleet;

/// <summary>Who is taken for a sibling, and what is taken from one.</summary>
public sealed class SiblingTrustTests
{
    private static readonly Sample App = Sample.Create("team/app", Sample.SmallBytes, Sample.LargeBytes);
    private static readonly FleetSecret Secret = new(FleetFixture.Secret);

    [Fact]
    public async Task SignedRequest_IsServedAsAClients()
    {
        await using var fleet = await FleetFixture.StartAsync(1, new FleetSetup(), App.Repository);
        (await AskAsync(fleet, App.BlobPath(1))).AssertIs(App.Layers[1].Bytes);
        (await AskAsync(fleet, App.TagPath(), ("Accept", App.Image.MediaType))).AssertIs(App.Image.Bytes);
    }

    [Fact]
    public async Task ForgedStamp_IsRefused()
    {
        await using var fleet = await FleetFixture.StartAsync(1, new FleetSetup(), App.Repository);
        var client = fleet.Nodes[0].Client;
        var stranger = new FleetSecret(new string('x', FleetSecret.MinLength));
        string[] stamps =
        [
            "no stamp",
            Stamp(stranger, "GET", App.BlobPath(0), DateTimeOffset.UtcNow),
            Stamp(Secret, "GET", App.BlobPath(1), DateTimeOffset.UtcNow),
            Stamp(Secret, "HEAD", App.BlobPath(0), DateTimeOffset.UtcNow),
            Stamp(Secret, "GET", App.BlobPath(0), DateTimeOffset.UtcNow.AddMinutes(-10)),
            Stamp(Secret, "GET", App.BlobPath(0), DateTimeOffset.UtcNow.AddMinutes(10)),
        ];
        foreach (var stamp in stamps)
        {
            (await client.GetAsync(App.BlobPath(0), ("EdgeCache-Sibling", stamp))).AssertFails(403, "DENIED");
        }

        Assert.Equal(0, fleet.BlobGets(App.Layers[0].Digest));
    }

    /// <summary>In the middle of a change of the secret: one signs with the new one already, the other still with the old one.</summary>
    [Fact]
    public async Task SecretsOneStepApart_NodesStayOneCache()
    {
        var old = "the secret of the fleet before it was changed";
        var nodes = 0;
        await using var fleet = await FleetFixture.StartAsync(
            2,
            new FleetSetup
            {
                Fleet = options => nodes++ == 0
                    ? options with { Secret = old, AcceptedSecret = FleetFixture.Secret }
                    : options with { Secret = FleetFixture.Secret, AcceptedSecret = old },
            },
            App.Repository);
        for (var index = 0; index < App.Layers.Length; index++)
        {
            foreach (var node in fleet.Nodes)
            {
                (await node.Client.GetAsync(App.BlobPath(index))).AssertIs(App.Layers[index].Bytes);
            }

            Assert.Equal(1, fleet.BlobGets(App.Layers[index].Digest));
        }
    }

    [Fact]
    public async Task OnlyIfCached_ServesWhatIsHeldForTheRepository_AndFetchesNothing()
    {
        await using var fleet = await FleetFixture.StartAsync(1, new FleetSetup(), App.Repository);
        (string, string)[] onlyHeld = [("Cache-Control", "only-if-cached")];
        (await AskAsync(fleet, App.BlobPath(1), onlyHeld)).AssertFails(504, "UNKNOWN");
        (await AskAsync(fleet, App.TagPath(), onlyHeld)).AssertFails(504, "UNKNOWN");
        Assert.Empty(fleet.Origin.Log.Requests);
        (await fleet.Nodes[0].Client.GetAsync(App.BlobPath(1))).AssertIs(App.Layers[1].Bytes);
        await fleet.SettleAsync();
        (await AskAsync(fleet, App.BlobPath(1), onlyHeld)).AssertIs(App.Layers[1].Bytes);
        (await AskAsync(fleet, EdgeClient.Blob("team/other", App.Layers[1].Digest), onlyHeld)).AssertFails(504, "UNKNOWN");
        Assert.Equal(1, fleet.Origin.Log.Count(When.Any));
    }

    /// <summary>The other member answers everything with bytes of its own. Small content is had from upstream at once, a large blob at the next try.</summary>
    [Fact]
    public async Task EvilSibling_NoWrongByte_AndIsNotAskedAgain()
    {
        using var evil = new EvilMember();
        await using var fleet = await FleetFixture.StartAsync(
            1, new FleetSetup { Fleet = options => options with { Members = [.. options.Members, new MemberAddress(evil.Url, 100)] } }, App.Repository);
        Assert.True(evil.Requests == 0);
        (await fleet.Nodes[0].Client.GetAsync(App.BlobPath(0))).AssertIs(App.Layers[0].Bytes);
        Assert.Equal(1, evil.Requests);
        (await fleet.Nodes[0].Client.GetAsync(App.BlobPath(1))).AssertIs(App.Layers[1].Bytes);
        Assert.Equal(1, evil.Requests);
    }

    [Fact]
    public async Task EvilSibling_LargeBlob_NeverLooksComplete()
    {
        using var evil = new EvilMember();
        await using var fleet = await FleetFixture.StartAsync(
            1, new FleetSetup { Fleet = options => options with { Members = [.. options.Members, new MemberAddress(evil.Url, 100)] } }, App.Repository);
        var first = await fleet.Nodes[0].Client.GetAsync(App.BlobPath(1));
        Assert.True(first.IsTorn || first.Body.AsSpan().SequenceEqual(App.Layers[1].Bytes));
        (await fleet.Nodes[0].Client.GetAsync(App.BlobPath(1))).AssertIs(App.Layers[1].Bytes);
        await fleet.SettleAsync();
        CacheFiles.AssertVerified(fleet.Nodes[0].Cache);
    }

    private static string Stamp(FleetSecret secret, string method, string target, DateTimeOffset time) =>
        SignedStamp.Create(secret, SecretPurpose.Sibling, $"{method} {target}", time);

    private static Task<EdgeAnswer> AskAsync(FleetFixture fleet, string target, params (string, string)[] headers) =>
        fleet.Nodes[0].Client.GetAsync(target, [.. headers, ("EdgeCache-Sibling", Stamp(Secret, "GET", target, DateTimeOffset.UtcNow))]);

    /// <summary>Is always ready, and gives zeros of the right length for any blob.</summary>
    private sealed class EvilMember : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private int _requests;

        public EvilMember()
        {
            _listener.Start();
            _ = AcceptAsync();
        }

        public Uri Url => new($"http://{_listener.LocalEndpoint}");

        /// <summary>Those for content.</summary>
        public int Requests => Volatile.Read(ref _requests);

        public void Dispose() => _listener.Dispose();

        private async Task AcceptAsync()
        {
            try
            {
                while (true)
                {
                    _ = AnswerAsync(await _listener.AcceptSocketAsync());
                }
            }
            catch (SocketException)
            {
                // Disposed.
            }
        }

        private async Task AnswerAsync(Socket socket)
        {
            using var connection = socket;
            var buffer = new byte[16 << 10];
            var count = 0;
            while (!buffer.AsSpan(0, count).EndsWith("\r\n\r\n"u8))
            {
                // Bytes that are left unread would reset the connection.
                var received = await connection.ReceiveAsync(buffer.AsMemory(count));
                if (received == 0)
                {
                    return;
                }

                count += received;
            }

            var target = Encoding.ASCII.GetString(buffer, 0, count).Split(' ').ElementAtOrDefault(1) ?? string.Empty;
            var body = Array.Empty<byte>();
            if (!target.StartsWith("/healthz", StringComparison.Ordinal))
            {
                Interlocked.Increment(ref _requests);
                body = new byte[App.Layers.FirstOrDefault(layer => target.Contains(layer.Digest.ToHex(), StringComparison.Ordinal))?.Bytes.Length ?? 0];
            }

            await connection.SendAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n"));
            await connection.SendAsync(body);
        }
    }
}
