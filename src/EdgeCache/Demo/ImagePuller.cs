using System.Buffers;
using System.Diagnostics;
using System.Security.Cryptography;
using EdgeCache.Core.Oci;

namespace EdgeCache.Demo;

/// <summary>
/// Pulls an image as a client does: the manifest by tag, the members of an index, then config and layers, some at once; every body is hashed and
/// compared with its digest. Nothing is kept. Safe for concurrent use.
/// </summary>
public sealed class ImagePuller
{
    /// <summary>What docker and containerd do at once by default.</summary>
    private const int LayersAtOnce = 3;

    private readonly HttpClient _http;

    /// <param name="http">Its base address is the registry's.</param>
    public ImagePuller(HttpClient http) => _http = http;

    /// <summary>Pulls one image with all its members.</summary>
    /// <exception cref="HttpRequestException">The registry refused, or the connection broke.</exception>
    /// <exception cref="InvalidDataException">A body is not what its digest says.</exception>
    public async Task<PullReport> PullAsync(string repository, string reference, CancellationToken cancellationToken)
    {
        var pull = new Pull();
        var started = Stopwatch.GetTimestamp();
        await PullManifestAsync(pull, repository, reference, cancellationToken);
        return new PullReport(Stopwatch.GetElapsedTime(started), pull.Requests, pull.Hits, pull.Verified, pull.Bytes);
    }

    private async Task PullManifestAsync(Pull pull, string repository, string reference, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v2/{repository}/manifests/{reference}");
        request.Headers.TryAddWithoutValidation("Accept", MediaTypes.ToAccept(ManifestTypes.All));
        using var response = await _http.SendAsync(request, cancellationToken);
        response.EnsureSuccessStatusCode();
        var content = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        var expected = ExpectedDigest(reference, response);
        if (Digest.Compute(content, expected.Algorithm) != expected)
        {
            throw new InvalidDataException($"The manifest {repository} {reference} does not match {expected}.");
        }

        pull.Count(IsHit(response), content.Length);
        if (ManifestDocument.TryParse(content, response.Content.Headers.ContentType?.ToString(), out var document) != ManifestOutcome.Valid)
        {
            throw new InvalidDataException($"The manifest {repository} {reference} cannot be read.");
        }

        foreach (var member in document!.Descriptors.Where(member => member.IsManifest))
        {
            await PullManifestAsync(pull, repository, member.Digest.ToString(), cancellationToken);
        }

        var options = new ParallelOptions { MaxDegreeOfParallelism = LayersAtOnce, CancellationToken = cancellationToken };
        var blobs = document.Descriptors.Where(blob => !blob.IsManifest).DistinctBy(blob => blob.Digest);
        await Parallel.ForEachAsync(blobs, options, async (blob, token) => await PullBlobAsync(pull, repository, blob.Digest, token));
    }

    private async Task PullBlobAsync(Pull pull, string repository, Digest digest, CancellationToken cancellationToken)
    {
        using var response = await _http.GetAsync(
            $"/v2/{repository}/blobs/{digest}", HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        response.EnsureSuccessStatusCode();
        using var hash = IncrementalHash.CreateHash(
            digest.Algorithm == DigestAlgorithm.Sha512 ? HashAlgorithmName.SHA512 : HashAlgorithmName.SHA256);
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = ArrayPool<byte>.Shared.Rent(128 * 1024);
        long length = 0;
        int count;
        while ((count = await body.ReadAsync(buffer, cancellationToken)) > 0)
        {
            hash.AppendData(buffer, 0, count);
            length += count;
        }

        ArrayPool<byte>.Shared.Return(buffer);
        if (!hash.GetHashAndReset().AsSpan().SequenceEqual(digest.Hash))
        {
            throw new InvalidDataException($"The blob {digest} does not match its digest.");
        }

        pull.Count(IsHit(response), length);
    }

    /// <summary>The digest that was asked for, or the one the registry names for a tag.</summary>
    private static Digest ExpectedDigest(string reference, HttpResponseMessage response)
    {
        if (Digest.TryParse(reference, out var digest))
        {
            return digest;
        }

        var named = response.Headers.TryGetValues("Docker-Content-Digest", out var values) ? values.First() : string.Empty;
        return Digest.TryParse(named, out digest) ? digest : throw new InvalidDataException("The answer names no digest.");
    }

    /// <summary>By the last member: that of the cache that was asked (RFC 9211, section 2).</summary>
    private static bool IsHit(HttpResponseMessage response) =>
        response.Headers.NonValidated.TryGetValues("Cache-Status", out var values)
        && values.ToString().Split(',')[^1].Contains("; hit", StringComparison.Ordinal);

    private sealed class Pull
    {
        /// <summary>Protects the counts: blobs are pulled at once.</summary>
        private readonly Lock _gate = new();

        public int Requests { get; private set; }

        public int Hits { get; private set; }

        public int Verified { get; private set; }

        public long Bytes { get; private set; }

        /// <summary>Counts an answer whose body has been verified.</summary>
        public void Count(bool isHit, long bytes)
        {
            lock (_gate)
            {
                Requests++;
                Verified++;
                Hits += isHit ? 1 : 0;
                Bytes += bytes;
            }
        }
    }
}
