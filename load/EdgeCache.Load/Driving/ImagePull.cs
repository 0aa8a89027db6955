using System.Net.Sockets;
using System.Text.Json;
using EdgeCache.Core.Oci;
using EdgeCache.Load.Workload;

namespace EdgeCache.Load.Driving;

/// <summary>
/// One pull of one image as containerd does it: 1. ping; 2. HEAD of the tag; 3. where the client has not that image: the manifest by its tag; 4. of an index, this
/// platform's manifest; 5. the configuration and the layers that the client has not, three at once. Used once.
/// </summary>
internal sealed class ImagePull(RegistryRequests requests, ClientStore store, TimeSpan limit)
{
    /// <summary>What docker and containerd do at once by default.</summary>
    private const int LayersAtOnce = 3;
    private const string Architecture = "amd64";

    /// <summary>Never throws for what a registry does.</summary>
    public async Task<(PullOutcome Outcome, string? Error)> RunAsync(WantedImage image, CancellationToken cancellationToken)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(limit);
        try
        {
            return (await PullAsync(image, limited.Token), null);
        }
        catch (DigestMismatchException mismatch)
        {
            return (PullOutcome.Mismatched, mismatch.Message);
        }
        catch (Exception error) when (error is IOException or SocketException or InvalidDataException or JsonException)
        {
            return (PullOutcome.Failed, error.Message);
        }
        catch (OperationCanceledException)
        {
            return (PullOutcome.Failed, cancellationToken.IsCancellationRequested ? "the run was ended" : "the pull took longer than its limit");
        }
    }

    private async Task<PullOutcome> PullAsync(WantedImage image, CancellationToken cancellationToken)
    {
        var manifests = $"/v2/{image.Repository}/manifests/";
        await requests.PingAsync(cancellationToken);
        if (store.Holds(await requests.HeadManifestAsync(manifests + image.Tag, cancellationToken)))
        {
            return PullOutcome.UpToDate;
        }

        var (content, root) = await requests.GetManifestAsync(manifests + image.Tag, default, cancellationToken);
        var (manifest, platform) = (content, default(Digest));
        if (Parse(content).Descriptors.Any(member => member.IsManifest))
        {
            platform = FindPlatform(content);
            (manifest, _) = await requests.GetManifestAsync(manifests + platform, platform, cancellationToken);
        }

        var options = new ParallelOptions { MaxDegreeOfParallelism = LayersAtOnce, CancellationToken = cancellationToken };
        var missing = Parse(manifest).Descriptors.Select(blob => blob.Digest).Distinct().Where(digest => !store.Holds(digest));
        await Parallel.ForEachAsync(missing, options, async (digest, token) =>
        {
            await requests.GetBlobAsync($"/v2/{image.Repository}/blobs/{digest}", digest, token);
            store.Add(digest);
        });

        // The last: who has the root has everything below it.
        store.Add(root);
        return PullOutcome.Whole;
    }

    private static ManifestDocument Parse(byte[] content) =>
        ManifestDocument.TryParse(content, contentType: null, out var document) == ManifestOutcome.Valid && document is not null
            ? document
            : throw new InvalidDataException("A manifest cannot be read.");

    /// <summary>The member of an index for this platform; the first one where none says so.</summary>
    private static Digest FindPlatform(byte[] index)
    {
        using var document = JsonDocument.Parse(index);
        var members = document.RootElement.GetProperty("manifests").EnumerateArray().ToList();
        var found = members.Find(member =>
            member.TryGetProperty("platform", out var platform) && platform.TryGetProperty("architecture", out var named) && named.ValueEquals(Architecture));
        var chosen = found.ValueKind == JsonValueKind.Undefined ? members[0] : found;
        return Digest.TryParse(chosen.GetProperty("digest").GetString(), out var digest) ? digest : throw new InvalidDataException("An index names no digest.");
    }
}
