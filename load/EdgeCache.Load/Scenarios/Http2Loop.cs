using System.Diagnostics;
using EdgeCache.Load.Http;
using EdgeCache.Load.Measuring;

namespace EdgeCache.Load.Scenarios;

/// <summary>As <see cref="HitLoop"/>, over HTTP/2 with TLS: .NET's client with one connection of its own and one stream at a time.</summary>
internal sealed class Http2Loop : IRequestLoop
{
    private const int BufferBytes = 128 << 10;

    /// <summary>The most that .NET allows: the client's window must not be what is measured.</summary>
    private const int WindowBytes = 16 << 20;

    private readonly HttpMessageInvoker _client;
    private readonly Uri _url;
    private readonly string? _accept;
    private readonly CancellationTokenSource _stop = new();
    private readonly byte[] _buffer = new byte[BufferBytes];
    private long _bytes;
    private volatile bool _isCounting;

    /// <param name="accept">The Accept header; null for none.</param>
    public Http2Loop(Uri registry, string path, string? accept)
    {
        _url = new Uri(registry, path);
        _accept = accept;
        _client = new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseProxy = false,
            SslOptions = RegistryConnection.AnyCertificate(registry.Host),
            InitialHttp2StreamWindowSize = WindowBytes,
        });
    }

    public LatencyHistogram Latencies { get; } = new();

    public long Bytes => Interlocked.Read(ref _bytes);

    public long Failures { get; private set; }

    public long NotHits { get; private set; }

    public void BeginCounting() => _isCounting = true;

    public void Stop()
    {
        _isCounting = false;
        _stop.Cancel();
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stop.Token);
        try
        {
            while (true)
            {
                await AskAsync(linked.Token);
            }
        }
        catch (Exception error) when (error is HttpRequestException or IOException or OperationCanceledException)
        {
            Failures += linked.IsCancellationRequested ? 0 : 1;
        }
    }

    public void Dispose()
    {
        _client.Dispose();
        _stop.Dispose();
    }

    private async Task AskAsync(CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        using var request = new HttpRequestMessage(HttpMethod.Get, _url) { Version = new Version(2, 0), VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        if (_accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", _accept);
        }

        using var response = await _client.SendAsync(request, cancellationToken);
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        while (await body.ReadAsync(_buffer, cancellationToken) is var count && count > 0)
        {
            if (_isCounting)
            {
                Interlocked.Add(ref _bytes, count);
            }
        }

        if (_isCounting)
        {
            Latencies.Record(Stopwatch.GetElapsedTime(started));
            Failures += (int)response.StatusCode == 200 ? 0 : 1;
        }
    }
}
