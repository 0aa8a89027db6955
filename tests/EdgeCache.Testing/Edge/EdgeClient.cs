using System.Net;
using System.Security.Cryptography.X509Certificates;
using EdgeCache.Core.Oci;

namespace EdgeCache.Testing.Edge;

/// <summary>A client of a node: follows nothing, decodes nothing, has no proxy. Safe for concurrent use.</summary>
internal sealed class EdgeClient : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private readonly HttpClient _http;

    /// <param name="authority">The authority to trust beside the system's, for https.</param>
    public EdgeClient(Uri node, X509Certificate2? authority = null)
    {
        var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, AutomaticDecompression = DecompressionMethods.None };
        if (authority is not null)
        {
            handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                CustomTrustStore = { authority },
                RevocationMode = X509RevocationMode.NoCheck,
            };
        }

        _http = new HttpClient(handler) { BaseAddress = node, Timeout = Limit };
    }

    /// <summary>The version asked for, and nothing else accepted.</summary>
    public Version Version { get; init; } = HttpVersion.Version11;

    public static string Blob(string repository, Digest digest) => $"/v2/{repository}/blobs/{digest}";

    public static string Manifest(string repository, string reference) => $"/v2/{repository}/manifests/{reference}";

    public static string Manifest(string repository, Digest digest) => Manifest(repository, digest.ToString());

    /// <param name="target">A path, or an absolute URL.</param>
    public Task<EdgeAnswer> GetAsync(string target, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Get, target, headers);

    public Task<EdgeAnswer> HeadAsync(string target, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Head, target, headers);

    public async Task<EdgeAnswer> SendAsync(HttpMethod method, string target, params (string Name, string Value)[] headers)
    {
        try
        {
            using var response = await OpenAsync(method, target, headers);
            var (body, isTorn) = await ReadAsync(await response.Content.ReadAsStreamAsync());
            return new EdgeAnswer((int)response.StatusCode, EdgeAnswer.HeadersOf(response), body, isTorn);
        }
        catch (HttpRequestException error) when (error.HttpRequestError is HttpRequestError.ResponseEnded or HttpRequestError.Unknown or HttpRequestError.ConnectionError)
        {
            return new EdgeAnswer(0, new Dictionary<string, string>(), [], IsTorn: true);
        }
    }

    /// <summary>Sends and returns at the headers; the caller reads the body and disposes.</summary>
    public Task<HttpResponseMessage> OpenAsync(HttpMethod method, string target, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, target) { Version = Version, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    public Task<HttpResponseMessage> OpenAsync(string target) => OpenAsync(HttpMethod.Get, target);

    /// <summary>Reads to the end, or to where the connection breaks.</summary>
    public static async Task<(byte[] Body, bool IsTorn)> ReadAsync(Stream stream)
    {
        using var content = new MemoryStream();
        var buffer = new byte[64 * 1024];
        try
        {
            int count;
            while ((count = await stream.ReadAsync(buffer).AsTask().WaitAsync(Limit)) > 0)
            {
                content.Write(buffer, 0, count);
            }

            return (content.ToArray(), false);
        }
        catch (IOException)
        {
            return (content.ToArray(), true);
        }
    }

    /// <summary>Reads to the end and compares on the way, for bodies too large to be kept.</summary>
    public static async Task<bool> IsEqualAsync(Stream stream, ReadOnlyMemory<byte> expected)
    {
        var buffer = new byte[64 * 1024];
        var position = 0;
        int count;
        while ((count = await stream.ReadAsync(buffer).AsTask().WaitAsync(Limit)) > 0)
        {
            if (position + count > expected.Length || !buffer.AsSpan(0, count).SequenceEqual(expected.Span.Slice(position, count)))
            {
                return false;
            }

            position += count;
        }

        return position == expected.Length;
    }

    public void Dispose() => _http.Dispose();
}
