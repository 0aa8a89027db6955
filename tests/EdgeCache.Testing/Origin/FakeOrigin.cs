using System.Collections.Concurrent;
using EdgeCache.Core.Oci;
using EdgeCache.Demo;
using EdgeCache.Testing.Network;
using Microsoft.AspNetCore.Http;

namespace EdgeCache.Testing.Origin;

/// <summary>
/// An upstream registry on real Kestrel with scripted faults, a log of every request and counts. Owned by the test that starts it; safe for
/// concurrent use, except for stopping and starting again.
/// </summary>
/// <remarks>
/// A request goes: log → authentication → fault of the script → waits (<see cref="ReplyWriter"/>) → answer (<see cref="OriginPages"/>) →
/// the fault's distortions → body.
/// </remarks>
public sealed class FakeOrigin : IAsyncDisposable
{
    private readonly FakeOriginOptions _options;
    private readonly OriginServer _server;
    private readonly BandwidthLimit _bandwidth;
    private readonly ReplyWriter _writer;
    private CancellationTokenSource _stopping = new();
    private int _composing;

    private FakeOrigin(FakeOriginOptions options)
    {
        _options = options;
        _bandwidth = new BandwidthLimit(options.Time);
        _writer = new ReplyWriter(options.Time, _bandwidth);
        _server = new OriginServer(options, AnswerAsync);
        Tokens = new TokenServer(options.Time);
    }

    /// <summary>The endpoint, with its base path and without a slash at the end.</summary>
    public Uri Url => new(Root(_server.Port), _options.BasePath);

    /// <summary>The storage host: the same machine, another port.</summary>
    public Uri StorageUrl => Root(_server.StoragePort);

    /// <summary>Host and port, as in image names.</summary>
    public string Authority => Url.Authority;

    public OriginContent Content { get; } = new();

    /// <summary>Every request, unless the options say that none is kept.</summary>
    public OriginRequestLog Log { get; } = new();

    public OriginCounters Counters { get; } = new();

    public FaultScript Faults { get; } = new();

    public OriginBehaviour Behaviour { get; } = new();

    public OriginAuth Auth { get; set; } = OriginAuth.None;

    public TokenServer Tokens { get; }

    /// <summary>Errors of the fake itself, which its clients see as 500: empty in a sound test.</summary>
    public ConcurrentQueue<Exception> Failures { get; } = new();

    /// <summary>Answers that are being made at this moment: it is the origin that works, and not the script that waits.</summary>
    public int Composing => Volatile.Read(ref _composing);

    /// <summary>The rate of all bodies together; 0 is as fast as it goes.</summary>
    public long BytesPerSecond
    {
        get => _bandwidth.BytesPerSecond;
        set => _bandwidth.BytesPerSecond = value;
    }

    public static Task<FakeOrigin> StartAsync(params IEnumerable<SampleRepository> repositories) => StartAsync(new FakeOriginOptions(), repositories);

    public static async Task<FakeOrigin> StartAsync(FakeOriginOptions options, params IEnumerable<SampleRepository> repositories)
    {
        var origin = new FakeOrigin(options);
        foreach (var repository in repositories)
        {
            origin.Content.Add(repository);
        }

        await origin._server.StartAsync();
        return origin;
    }

    /// <summary>Every answer of this blob waits when all bytes before the offset (within the content) are sent, headers included.</summary>
    public OriginGate HoldAt(Digest digest, long offset) => Hold(
        request => (When.Blob(digest)(request) && !Behaviour.RedirectsBlobsToStorage) || When.StoredBlob(digest)(request), offset);

    /// <summary>As <see cref="HoldAt(Digest, long)"/>, for any requests.</summary>
    public OriginGate Hold(Predicate<OriginRequest> match, long offset)
    {
        var gate = new OriginGate();
        Faults.Always(match, new Fault { BodyGate = gate, BodyGateOffset = offset });
        return gate;
    }

    /// <summary>Every matching answer waits before its headers.</summary>
    public OriginGate HoldHeaders(Predicate<OriginRequest> match)
    {
        var gate = new OriginGate();
        Faults.Always(match, new Fault { HeaderGate = gate });
        return gate;
    }

    /// <summary>Stops listening and cuts every connection; the ports stay reserved in no way.</summary>
    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await _server.StopAsync();
    }

    /// <summary>Listens again on the same ports.</summary>
    public Task StartAgainAsync()
    {
        _stopping = new CancellationTokenSource();
        return _server.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _server.DisposeAsync();
    }

    /// <summary>A storage URL of a blob, signed in appearance.</summary>
    public Uri StorageLocation(Digest digest) => new(StorageUrl, $"/storage/{digest}?X-Signature=canary");

    private async Task AnswerAsync(HttpContext context, bool isStorage)
    {
        var request = OriginRequest.Read(context, _options.BasePath, isStorage, Counters);
        if (_options.KeepsRequests)
        {
            Log.Add(request);
        }

        using var linked = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _stopping.Token);
        try
        {
            var refusal = Authorize(request);
            var fault = Faults.Take(request, isAuthorized: refusal is null);
            if (await _writer.PrepareAsync(context, fault, linked.Token))
            {
                var reply = Compose(request, refusal, fault);
                await _writer.WriteAsync(context, request, reply, fault, linked.Token);
            }
        }
        catch (Exception error) when (linked.IsCancellationRequested || error is IOException or OperationCanceledException)
        {
            // Kestrel fails a write to a connection that is gone some time before it cancels RequestAborted.
            request.ClientLeft = context.RequestAborted.IsCancellationRequested || !_stopping.IsCancellationRequested;
            context.Abort();
        }
        catch (Exception error) when (error is not ScriptedCutException)
        {
            Failures.Enqueue(error);
            throw;
        }
        finally
        {
            request.End();
        }
    }

    private OriginReply Compose(OriginRequest request, OriginReply? refusal, Fault fault)
    {
        Interlocked.Increment(ref _composing);
        try
        {
            return (refusal ?? CreateReply(request, fault)).With(fault, StorageLocation(request.Digest));
        }
        finally
        {
            Interlocked.Decrement(ref _composing);
        }
    }

    private OriginReply CreateReply(OriginRequest request, Fault fault)
    {
        var reply = request.Kind switch
        {
            OriginRequestKind.Token => Tokens.Answer(request, Auth),
            OriginRequestKind.BlobGet when Behaviour.RedirectsBlobsToStorage && Content.FindBlob(request.Repository, request.Digest) is not null =>
                OriginReply.Content("text/plain", OriginBody.Empty).With(Fault.RedirectToStorage, StorageLocation(request.Digest)),
            _ => new OriginPages(Content, Behaviour, Url, _options.BasePath).Answer(request, fault.IgnoresRange),
        };
        if (request.Kind is not (OriginRequestKind.Token or OriginRequestKind.Storage))
        {
            reply.Headers["Docker-Distribution-Api-Version"] = ["registry/2.0"];
        }

        return reply;
    }

    /// <summary>The refusal, or null where the request has the right.</summary>
    private OriginReply? Authorize(OriginRequest request)
    {
        var auth = Auth;
        var isAllowed = request.Kind is OriginRequestKind.Token or OriginRequestKind.Storage || auth.Mode switch
        {
            OriginAuthMode.Basic => TokenServer.IsBasic(request.Authorization, auth),
            OriginAuthMode.Bearer => Tokens.IsGranted(request.Authorization, request.Repository),
            _ => true,
        };
        if (isAllowed)
        {
            return null;
        }

        var refusal = OriginReply.Error(StatusCodes.Status401Unauthorized, "UNAUTHORIZED");
        refusal.Headers["Docker-Distribution-Api-Version"] = ["registry/2.0"];
        refusal.Headers["WWW-Authenticate"] = [.. auth.CreateChallenges(request, Url)];
        return refusal;
    }

    private Uri Root(int port) => new UriBuilder(_options.Certificate is null ? "http" : "https", _options.Address.ToString(), port).Uri;
}
