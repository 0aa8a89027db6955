using System.Net;
using System.Net.Http.Headers;
using EdgeCache.Core.Oci;
using EdgeCache.Demo;

namespace EdgeCache.Testing.RealPrograms;

/// <summary>Pushes sample repositories into a real registry (OCI distribution specification, "Push": POST, then PUT).</summary>
public sealed class RegistryPush(HttpClient client, Uri registry)
{
    /// <exception cref="HttpRequestException">The registry refused something; the message says what.</exception>
    public async Task PushAsync(SampleRepository repository, CancellationToken cancellationToken)
    {
        foreach (var (digest, bytes) in repository.Blobs)
        {
            await PushBlobAsync(repository.Name, digest, bytes, cancellationToken);
        }

        // In the order they were built: members before their index, subjects before their referrers.
        foreach (var (digest, manifest) in repository.Manifests)
        {
            await PushManifestAsync(repository.Name, digest.ToString(), manifest, cancellationToken);
        }

        foreach (var (tag, digest) in repository.Tags)
        {
            await PushManifestAsync(repository.Name, tag, repository.Manifests[digest], cancellationToken);
        }
    }

    private async Task PushBlobAsync(RepositoryName name, Digest digest, byte[] bytes, CancellationToken cancellationToken)
    {
        using var started = await client.PostAsync(new Uri(registry, $"/v2/{name}/blobs/uploads/"), null, cancellationToken);
        await EnsureAsync(started, HttpStatusCode.Accepted, cancellationToken);
        var upload = new Uri(registry, started.Headers.Location ?? throw new HttpRequestException("The upload has no location."));
        var target = new UriBuilder(upload) { Query = $"{upload.Query.TrimStart('?')}&digest={Uri.EscapeDataString(digest.ToString())}" };
        using var content = new ByteArrayContent(bytes) { Headers = { ContentType = new MediaTypeHeaderValue(MediaTypes.OctetStream) } };
        using var ended = await client.PutAsync(target.Uri, content, cancellationToken);
        await EnsureAsync(ended, HttpStatusCode.Created, cancellationToken);
    }

    private async Task PushManifestAsync(RepositoryName name, string reference, SampleManifest manifest, CancellationToken cancellationToken)
    {
        using var content = new ByteArrayContent(manifest.Bytes) { Headers = { ContentType = new MediaTypeHeaderValue(manifest.MediaType) } };
        using var response = await client.PutAsync(new Uri(registry, $"/v2/{name}/manifests/{reference}"), content, cancellationToken);
        await EnsureAsync(response, HttpStatusCode.Created, cancellationToken);
    }

    private static async Task EnsureAsync(HttpResponseMessage response, HttpStatusCode expected, CancellationToken cancellationToken)
    {
        if (response.StatusCode != expected)
        {
            var body = await response.Content.ReadAsStringAsync(cancellationToken);
            throw new HttpRequestException($"{response.RequestMessage?.Method} {response.RequestMessage?.RequestUri}: {(int)response.StatusCode} {body}");
        }
    }
}
