using EdgeCache.Core.Fill;
using EdgeCache.Core.Oci;
using EdgeCache.Core.Store;
using EdgeCache.Testing;
using EdgeCache.Tests.Store;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeCache.Tests.Fill;

/// <summary>A <see cref="ManifestResolver"/> over a store on disk and an origin that has the manifests a test says. Owned by the test.</summary>
internal sealed class ResolverFixture : IAsyncDisposable
{
    private readonly StoreFixture _store = new();
    private readonly LinkConfirmer _confirmer;

    /// <param name="upstream">What the origin has under a reference now; null: nothing.</param>
    public ResolverFixture(Func<Reference, TestManifest?> upstream, ISharedTags? shared = null)
    {
        _confirmer = new LinkConfirmer(Origin, _store.Store, new FillOptions());
        Resolver = new ManifestResolver(Origin, _store.Store, _confirmer, new FillOptions(), NullLogger<ManifestResolver>.Instance, shared);
        Origin.Manifest = (_, reference, _) => ValueTask.FromResult(Answer(upstream(reference), isHead: false));
        Origin.Head = (_, reference, _) => ValueTask.FromResult(Answer(upstream(reference), isHead: true));
    }

    public ScriptedOrigin Origin { get; } = new();

    public ManifestResolver Resolver { get; }

    public CacheStore Store => _store.Store;

    public FakeTimeProvider Clock => _store.Clock;

    /// <summary>Upstream's answer with a manifest; null: it has none.</summary>
    public static OriginAnswer Answer(TestManifest? manifest, bool isHead = false) => manifest is null
        ? new OriginAnswer(OriginOutcome.NotFound) { StatusCode = 404 }
        : new OriginAnswer(OriginOutcome.Found, isHead ? null : new MemoryStream(manifest.Content))
        {
            ContentLength = manifest.Content.Length,
            MediaType = MediaTypes.OciManifest,
            Digest = manifest.Digest,
            StatusCode = 200,
        };

    public async ValueTask DisposeAsync()
    {
        await Resolver.DisposeAsync();
        await _confirmer.DisposeAsync();
        await _store.DisposeAsync();
    }
}
