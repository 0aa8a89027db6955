using System.Net.Sockets;
using System.Text;
using EdgeCache.Configuration;
using EdgeCache.Hosting;
using EdgeCache.Origin;
using EdgeCache.Testing;
using EdgeCache.Testing.Origin;
using Microsoft.Extensions.Logging;

namespace EdgeCache.Benchmarks;

/// <summary>A node that holds <see cref="SampleContent"/>, the origin it has it from, and one client's connection to it. Used by one caller at a time.</summary>
internal sealed class SampleNode : IAsyncDisposable
{
    private const int MaxAnswerBytes = 64 << 10;
    private const int ReceiveTimeoutMilliseconds = 30_000;

    private readonly TempFolder _cache = new();
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = ReceiveTimeoutMilliseconds };
    private readonly byte[] _buffer = new byte[MaxAnswerBytes];
    private readonly FakeOrigin _origin;
    private readonly EdgeNode _node;

    private SampleNode(FakeOrigin origin)
    {
        _origin = origin;
        _node = EdgeNode.Build(new EdgeCacheOptions
        {
            Listen = [ListenAddress.Parse("http://127.0.0.1:0")],
            Admin = new AdminOptions { Listen = [ListenAddress.Parse("http://127.0.0.1:0")] },
            Cache = new CacheOptions { Path = _cache.Path, Limit = CacheLimit.OfBytes(256 << 20) },
            DefaultUpstream = SampleContent.Upstream,
            Upstreams = [new UpstreamOptions { Name = SampleContent.Upstream, Endpoints = [origin.Url], AllowPrivateAddresses = true }],
            Telemetry = new TelemetryOptions { AccessLog = false },
            Logging = new LoggingOptions { Level = LogLevel.None },
        });
        var sample = SampleContent.Instance;
        Tag = new Question(sample.TagTarget, sample.Image.Bytes.Length);
        Manifest = new Question(sample.ManifestTarget, sample.Image.Bytes.Length);
        Small = new Question(sample.SmallTarget, sample.Small.Bytes.Length);
    }

    public Question Tag { get; }

    public Question Manifest { get; }

    public Question Small { get; }

    public static async Task<SampleNode> StartAsync()
    {
        var node = new SampleNode(await FakeOrigin.StartAsync(SampleContent.Instance.Content));
        await node._node.StartAsync(CancellationToken.None);
        var address = node._node.PullAddresses[0];
        await node._socket.ConnectAsync(address.Host, address.Port);

        // The tag first: its manifest links the blobs to the repository.
        return node.Exchange(node.Tag) && node.Exchange(node.Manifest) && node.Exchange(node.Small)
            ? node
            : throw new InvalidOperationException("The node did not answer with the sample's content.");
    }

    /// <summary>One request and its whole answer; whether that was a 200.</summary>
    public bool Exchange(Question question)
    {
        _socket.Send(question.Request);
        var (received, wanted) = (0, int.MaxValue);
        while (received < wanted)
        {
            var count = _socket.Receive(_buffer.AsSpan(received));
            received += count > 0 ? count : throw new EndOfStreamException("The node ended the connection.");
            if (wanted == int.MaxValue && _buffer.AsSpan(0, received).IndexOf("\r\n\r\n"u8) is var end and >= 0)
            {
                wanted = end + 4 + question.BodyBytes;
            }
        }

        return _buffer.AsSpan(0, received).StartsWith("HTTP/1.1 200 "u8) && received == wanted;
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await _node.DisposeAsync();
        await _origin.DisposeAsync();
        _cache.Dispose();
    }

    /// <summary>A request's bytes, and how long the answer's body is.</summary>
    internal sealed class Question(string target, int bodyBytes)
    {
        public byte[] Request { get; } = Encoding.ASCII.GetBytes($"GET {target} HTTP/1.1\r\nHost: edge.example\r\n\r\n");

        public int BodyBytes { get; } = bodyBytes;
    }
}
