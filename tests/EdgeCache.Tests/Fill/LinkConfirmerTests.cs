using EdgeCache.Core.Fill;
using EdgeCache.Core.Oci;
using EdgeCache.Tests.Store;
using Xunit;

namespace EdgeCache.Tests.Fill;

public sealed class LinkConfirmerTests : IAsyncLifetime
{
    private static readonly RepositoryKey A = StoreFixture.Repository("library/a");
    private static readonly Digest Digest = Digest.Compute("bytes"u8);

    private readonly StoreFixture _fixture = new();
    private readonly ScriptedOrigin _origin = new();
    private readonly LinkConfirmer _confirmer;

    public LinkConfirmerTests() => _confirmer = new LinkConfirmer(_origin, _fixture.Store, new FillOptions { MaxWaiters = 2 });

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _confirmer.DisposeAsync();
        await _fixture.DisposeAsync();
    }

    [Fact]
    public async Task UpstreamHasTheBlob_RepositoryIsLinked()
    {
        _origin.Blob = (_, _, _) => ValueTask.FromResult(ScriptedOrigin.Found("bytes"u8.ToArray()));

        var confirmed = await _confirmer.ConfirmBlobAsync(A, Digest, default);

        Assert.Equal((null, 5L), (confirmed.Failure, confirmed.SizeBytes));
        Assert.True(_fixture.Store.LookupBlob(A, Digest).IsLinked);
        Assert.StartsWith("GET blob", Assert.Single(_origin.Calls), StringComparison.Ordinal);
    }

    [Fact]
    public async Task UpstreamHasTheManifest_ItsTypeIsLearnt()
    {
        _origin.Head = (_, _, _) => ValueTask.FromResult(
            new OriginAnswer(OriginOutcome.Found) { MediaType = MediaTypes.OciIndex, ContentLength = 9 });

        var confirmed = await _confirmer.ConfirmManifestAsync(A, Digest, default);

        Assert.Equal((ManifestTypes.OciIndex, 9L), (confirmed.Type, confirmed.SizeBytes));
        Assert.StartsWith("HEAD manifest", Assert.Single(_origin.Calls), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(OriginOutcome.NotFound, OriginOutcome.NotFound)]
    [InlineData(OriginOutcome.Unauthorized, OriginOutcome.Unauthorized)]
    [InlineData(OriginOutcome.Unavailable, OriginOutcome.Unavailable)]
    [InlineData(OriginOutcome.NotModified, OriginOutcome.BadAnswer)]
    public async Task UpstreamDoesNotConfirm_NothingIsLinked(OriginOutcome answer, OriginOutcome failure)
    {
        _origin.Blob = (_, _, _) => ValueTask.FromResult(new OriginAnswer(answer));

        var confirmed = await _confirmer.ConfirmBlobAsync(A, Digest, default);

        Assert.Equal(failure, confirmed.Failure!.Value.Outcome);
        Assert.False(_fixture.Store.LookupBlob(A, Digest).IsLinked);
    }

    [Fact]
    public async Task ManyAsk_OneQuestionAndTheRestIsRefused()
    {
        var asked = new TaskCompletionSource<OriginAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        _origin.Blob = (_, _, _) => new ValueTask<OriginAnswer>(asked.Task);
        var first = _confirmer.ConfirmBlobAsync(A, Digest, default).AsTask();
        var second = _confirmer.ConfirmBlobAsync(A, Digest, default).AsTask();

        var third = await _confirmer.ConfirmBlobAsync(A, Digest, default);
        asked.SetResult(ScriptedOrigin.Found("bytes"u8.ToArray()));

        Assert.Equal(FailureSource.Limit, third.Failure!.Value.Source);
        Assert.All(await Task.WhenAll(first, second), confirmed => Assert.Null(confirmed.Failure));
        Assert.Single(_origin.Calls);
    }
}
