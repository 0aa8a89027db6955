using System.Security.Cryptography;
using EdgeCache.Configuration;
using EdgeCache.Core.Fill;
using EdgeCache.Core.Oci;
using EdgeCache.Demo;
using EdgeCache.Testing.Edge;
using EdgeCache.Testing.Origin;
using EdgeCache.Testing.Synthetic;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeCache.Lab.Http;

/// <summary>
/// Pulls one blob through a node over an upstream that cuts each connection after so many bytes: one request of a client gets the whole, and upstream sends no byte
/// twice. The blob is made while it is sent.
/// </summary>
/// <param name="Resets">Whether the cut is a reset, which takes what the node has not read yet: it is then sent again.</param>
internal sealed record CutLine(long SizeBytes, long EveryBytes, bool Resets, int Seed)
{
    private const string Repository = "lab/long";
    private const double MaxExcess = 1.01;

    /// <exception cref="LabFailedException">The client has not got the whole, or upstream was asked for too much.</exception>
    public async Task<CutLineResult> PullAsync()
    {
        var blob = SyntheticBlob.Create((ulong)Seed, SizeBytes);
        await using var edge = await EdgeFixture.StartAsync(new EdgeSetup
        {
            Node = node => node with { Cache = node.Cache with { Limit = CacheLimit.OfBytes(2 * SizeBytes) } },

            // On a busy machine a reset takes all that was sent: attempts in vain that no real line makes.
            Services = Resets ? services => services.AddSingleton(new FillOptions { RetryDelay = TimeSpan.Zero, MaxAttemptsInVain = 100 }) : null,
        });
        edge.Origin.Content.Source = new OneBlob(blob);
        edge.Origin.Faults.Always(When.AnyBlob, Fault.CutAfter(EveryBytes) with { Resets = Resets });
        using var response = await edge.Client.OpenAsync(EdgeClient.Blob(Repository, blob.Digest));
        var digest = await HashAsync(response);
        var requests = edge.Origin.Log.Where(When.AnyBlob);
        var result = new CutLineResult(requests.Count, edge.Origin.Log.BytesSent(When.AnyBlob), edge.Requests.Count);
        await edge.SettleAsync();
        Verify(digest == blob.Digest, $"the client got {digest} and not {blob.Digest}");
        Verify(result.ClientRequests == 1, $"it took {result.ClientRequests} requests of the client");
        Verify(requests.Skip(1).All(request => request.Range is not null), "a later request of upstream was not for the rest");
        Verify(requests.Count >= SizeBytes / EveryBytes, $"the line was cut {requests.Count} times only");
        Verify(Resets || result.UpstreamBytes <= SizeBytes * MaxExcess, $"upstream sent {result.UpstreamBytes} bytes");
        Verify((await edge.Client.HeadAsync(EdgeClient.Blob(Repository, blob.Digest))).CacheStatus == "EdgeCache; hit", "the blob was not stored");
        return result;
    }

    private static async Task<Digest> HashAsync(HttpResponseMessage response)
    {
        try
        {
            await using var content = await response.Content.ReadAsStreamAsync();
            return Digest.FromHash(DigestAlgorithm.Sha256, await SHA256.HashDataAsync(content));
        }
        catch (IOException torn)
        {
            throw new LabFailedException($"The client's body broke off: {torn.Message}");
        }
    }

    private void Verify(bool isKept, string otherwise)
    {
        if (!isKept)
        {
            throw new LabFailedException($"{this}: {otherwise}.");
        }
    }

    private sealed class OneBlob(SyntheticBlob blob) : IOriginSource
    {
        public (Digest Digest, SampleManifest Manifest)? FindManifest(string repository, Reference reference) => null;

        public OriginBody? FindBlob(string repository, Digest digest) => repository == Repository && digest == blob.Digest ? blob : null;
    }
}
