using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using EdgeCache.Core.Oci;
using EdgeCache.Load.Http;
using EdgeCache.Load.Measuring;

namespace EdgeCache.Load.Driving;

/// <summary>
/// The requests of one pull, against one target, and the next one where that fails: a refusal or a cut is followed by further attempts, within a body by Range.
/// Every body is hashed. Safe for concurrent use within the pull.
/// </summary>
/// <param name="first">The pool that is asked first.</param>
internal sealed class RegistryRequests(IReadOnlyList<ConnectionPool> pools, int first, RunRecorder recorder, PullSettings settings)
{
    private static readonly string Accept = MediaTypes.ToAccept(ManifestTypes.All);

    private int _pool = first;

    /// <summary>Asks whether there is a registry.</summary>
    public Task PingAsync(CancellationToken cancellationToken) => RepeatAsync("/v2/", async connection =>
    {
        var head = await connection.SendAsync(RegistryConnection.CreateGet(connection.Registry, "/v2/"), cancellationToken);
        await DrainAsync(connection, cancellationToken);
        return head.Status;
    }, cancellationToken);

    /// <summary>The digest that a tag means.</summary>
    /// <exception cref="InvalidDataException">The answer names none.</exception>
    public async Task<Digest> HeadManifestAsync(string path, CancellationToken cancellationToken)
    {
        var digest = default(Digest);
        await RepeatAsync(path, async connection =>
        {
            var head = await connection.SendAsync(RegistryConnection.CreateRequest(connection.Registry, "HEAD", path, Accept), cancellationToken, isHead: true);
            digest = DigestOf(connection.Head);
            return head.Status;
        }, cancellationToken);
        return digest.IsNone ? throw new InvalidDataException($"{path}: no Docker-Content-Digest.") : digest;
    }

    /// <summary>A manifest's bytes with its digest.</summary>
    /// <param name="expected">Its digest; for a tag, none: then the answer names it.</param>
    public async Task<(byte[] Content, Digest Digest)> GetManifestAsync(string path, Digest expected, CancellationToken cancellationToken)
    {
        using var body = new ReceivedBody(expected, keepsBytes: true);
        await GetAsync(path, Accept, body, cancellationToken);
        return (body.ToArray(), body.Digest);
    }

    public async Task GetBlobAsync(string path, Digest digest, CancellationToken cancellationToken)
    {
        using var body = new ReceivedBody(digest, keepsBytes: false);
        await GetAsync(path, accept: null, body, cancellationToken);
    }

    private ConnectionPool Pool => pools[Volatile.Read(ref _pool) % pools.Count];

    private async Task GetAsync(string path, string? accept, ReceivedBody body, CancellationToken cancellationToken)
    {
        await RepeatAsync(path, connection => ReceiveAsync(connection, path, accept, body, cancellationToken), cancellationToken, () => body.Length > 0);
        body.Verify(path);
        recorder.ContentVerified(new LoggedRequest(body.Digest, body.Length, IsManifest: accept is not null));
    }

    private async Task<int> ReceiveAsync(RegistryConnection connection, string path, string? accept, ReceivedBody body, CancellationToken cancellationToken)
    {
        var range = body.Length > 0 ? $"Range: bytes={body.Length}-\r\n" : string.Empty;
        var head = await connection.SendAsync(RegistryConnection.CreateGet(connection.Registry, path, accept, range), cancellationToken);
        if (head.Status is not (200 or 206))
        {
            await DrainAsync(connection, cancellationToken);
            return head.Status;
        }

        recorder.ContentBegan(head.Cache);
        body.Begin(isWhole: head.Status == 200, DigestOf(connection.Head), ResponseHead.FieldOf(connection.Head, "Content-Range:"u8));
        while (await connection.ReadAsync(cancellationToken) is { IsEmpty: false } piece)
        {
            body.Add(piece.Span);
            recorder.ContentArrived(piece.Length);
        }

        return head.Status;
    }

    /// <summary>Sends a request until it is answered, as often as the settings allow.</summary>
    /// <param name="send">Sends it once and reads the whole answer; gives the status.</param>
    /// <exception cref="IOException">No attempt was answered, or the answer is a refusal for good.</exception>
    private async Task RepeatAsync(
        string path, Func<RegistryConnection, Task<int>> send, CancellationToken cancellationToken, Func<bool>? hasBegun = null)
    {
        var started = Stopwatch.GetTimestamp();
        var pause = settings.Pause;
        for (var attempt = 1; ; attempt++)
        {
            string error;
            try
            {
                var status = await SendOnceAsync(send, cancellationToken);
                if (status is >= 200 and < 300)
                {
                    recorder.RequestEnded(Stopwatch.GetElapsedTime(started));
                    return;
                }

                error = $"status {status}";
                attempt = status is 429 or >= 500 ? attempt : settings.Attempts;
            }
            catch (Exception broken) when (broken is SocketException or IOException)
            {
                error = broken.Message;
            }

            if (attempt >= settings.Attempts)
            {
                throw new IOException($"{KindOf(path)}: {error}");
            }

            recorder.Retried(isResume: hasBegun?.Invoke() ?? false);
            Interlocked.Increment(ref _pool);
            await Task.Delay(pause, cancellationToken);
            pause *= 2;
        }
    }

    /// <summary>A kept connection that its server has closed meanwhile says nothing of the server: a new one is tried at once.</summary>
    private async Task<int> SendOnceAsync(Func<RegistryConnection, Task<int>> send, CancellationToken cancellationToken)
    {
        var pool = Pool;
        while (pool.TryTake() is { } kept)
        {
            try
            {
                return await SendAsync(pool, kept, send);
            }
            catch (Exception broken) when (broken is SocketException or IOException && kept.Head.IsEmpty)
            {
            }
        }

        return await SendAsync(pool, await pool.ConnectAsync(cancellationToken), send);
    }

    private static async Task<int> SendAsync(ConnectionPool pool, RegistryConnection connection, Func<RegistryConnection, Task<int>> send)
    {
        var isUsable = false;
        try
        {
            var status = await send(connection);
            isUsable = true;
            return status;
        }
        finally
        {
            if (isUsable)
            {
                pool.Return(connection);
            }
            else
            {
                connection.Dispose();
            }
        }
    }

    private static async Task DrainAsync(RegistryConnection connection, CancellationToken cancellationToken)
    {
        while (await connection.ReadAsync(cancellationToken) is { IsEmpty: false })
        {
        }
    }

    private static Digest DigestOf(ReadOnlySpan<byte> head)
    {
        var text = Encoding.ASCII.GetString(ResponseHead.FieldOf(head, "Docker-Content-Digest:"u8));
        return Digest.TryParse(text, out var digest) ? digest : default;
    }

    /// <summary>Errors are counted by their text, which must not name each object.</summary>
    private static string KindOf(string path) => path.Contains("/blobs/", StringComparison.Ordinal) ? "blob" : path.Contains("/manifests/", StringComparison.Ordinal) ? "manifest" : "ping";
}
