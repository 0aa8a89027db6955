using EdgeCache.Core.Caching;
using EdgeCache.Core.Fill;
using EdgeCache.Core.Oci;
using EdgeCache.Core.Store;
using EdgeCache.Routing;
using EdgeCache.Telemetry;

namespace EdgeCache.Serving;

/// <summary>
/// GET and HEAD of blobs. A GET goes: 1. look-up; 2. stored and linked: send; 3. stored for another repository: confirm upstream, link, send;
/// 4. else join or start the fill and follow it. A HEAD never starts a fill. Safe for concurrent use.
/// </summary>
internal sealed class BlobHandler
{
    /// <summary>Stored bytes may be evicted between the look-up and the reading; then everything is looked up again.</summary>
    private const int MaxRounds = 3;

    private readonly CacheStore _store;
    private readonly FillTable _fills;
    private readonly LinkConfirmer _confirmer;
    private readonly TagRules _rules;
    private readonly BlobSender _sender;
    private readonly MissBudget _budget;

    public BlobHandler(CacheStore store, FillTable fills, LinkConfirmer confirmer, TagRules rules, BlobSender sender, MissBudget budget)
    {
        _rules = rules;
        _budget = budget;
        _sender = sender;
        _store = store;
        _fills = fills;
        _confirmer = confirmer;
    }

    public Task HandleAsync(HttpContext context, in OciRoute route, RequestRecord record)
    {
        var found = LookUp(route);
        return found.State == LookupState.Fresh && _store.TryGetHot(found.Digest, out var stored)
            ? SendStoredAsync(context, record, found.Digest, found.Freshness, CacheResult.Hit, stored)
            : AnswerAsync(context, route, record, found);
    }

    private async Task AnswerAsync(HttpContext context, OciRoute route, RequestRecord record, Lookup found)
    {
        var isHead = HttpMethods.IsHead(context.Request.Method);
        var result = CacheResult.Hit;
        for (var round = 0; round < MaxRounds; round++)
        {
            var isDone = found.State switch
            {
                LookupState.Fresh => await TrySendStoredAsync(context, record, found, result),
                _ when record.Scope == FetchScope.Stored => await RegistryHandler.FailNotHeldAsync(context, record),
                LookupState.Miss when !isHead => await TryFollowFillAsync(context, route, record, found),
                _ => await TryConfirmAsync(context, route, record, found),
            };
            if (isDone)
            {
                return;
            }

            result = found.State == LookupState.Unlinked ? CacheResult.Linked : result;
            found = LookUp(route);
        }

        await RegistryHandler.FailAsync(context, record, ErrorMapping.StoreFailed, "store");
    }

    private Lookup LookUp(in OciRoute route) => _store.LookupBlob(route.Repository, route.Reference.Digest);

    /// <summary>A HEAD of what is not here, or anything of what is here for another repository. False where the bytes are this repository's now.</summary>
    private async Task<bool> TryConfirmAsync(HttpContext context, OciRoute route, RequestRecord record, Lookup found)
    {
        if (found is { State: LookupState.Miss, IsLinked: true, SizeBytes: >= 0 })
        {
            // The manifest's descriptor tells all that a HEAD wants to know.
            await AnswerHeadAsync(context, record, found.Digest, CacheResult.Hit, found.SizeBytes, default);
            return true;
        }

        if (!_budget.TrySpend(context, record))
        {
            await RegistryHandler.FailAsync(context, record, ErrorMapping.Overloaded, "limit");
            return true;
        }

        var confirmed = await _confirmer.ConfirmBlobAsync(route.Repository, found.Digest, context.RequestAborted);
        if (confirmed.Failure is { } failure)
        {
            await FailAsync(context, route, record, failure);
            return true;
        }

        if (found.State == LookupState.Miss)
        {
            await AnswerHeadAsync(context, record, found.Digest, CacheResult.Linked, confirmed.SizeBytes, confirmed.Trail);
            return true;
        }

        return false;
    }

    private static async Task AnswerHeadAsync(
        HttpContext context, RequestRecord record, Digest digest, CacheResult result, long sizeBytes, CacheTrail trail)
    {
        WriteHead(context, record, new DigestText(digest), result, null, trail);
        await BeginBodyAsync(context, record, digest, sizeBytes);
    }

    /// <summary>False where the bytes have just gone.</summary>
    private async Task<bool> TrySendStoredAsync(HttpContext context, RequestRecord record, Lookup found, CacheResult result)
    {
        using var stored = await _store.AcquireContentAsync(found.Digest, context.RequestAborted);
        if (stored.IsNone)
        {
            return false;
        }

        await SendStoredAsync(context, record, found.Digest, found.Freshness, result, stored);
        return true;
    }

    /// <summary>For content in memory there is nothing to wait for but the client. The content stays the caller's to dispose.</summary>
    private Task SendStoredAsync(
        HttpContext context, RequestRecord record, in Digest digest, Freshness freshness, CacheResult result, in StoredContent stored)
    {
        WriteHead(context, record, stored.Text, result, freshness);
        var begun = BeginBodyAsync(context, record, digest, stored.SizeBytes);
        if (!begun.IsCompletedSuccessfully)
        {
            // A range that cannot be had is being refused.
            return begun.AsTask();
        }

        return begun.Result is { } range ? _sender.SendAsync(context, stored, range.Offset, range.LengthBytes, record).AsTask() : Task.CompletedTask;
    }

    /// <summary>False where it is worth to look again: the bytes have just been stored, or the fill that was joined came to nothing for another's sake.</summary>
    private async Task<bool> TryFollowFillAsync(HttpContext context, OciRoute route, RequestRecord record, Lookup found)
    {
        // Who joins costs the upstream nothing.
        if (!_fills.IsRunning(found.Digest) && !_budget.TrySpend(context, record))
        {
            await RegistryHandler.FailAsync(context, record, ErrorMapping.Overloaded, "limit");
            return true;
        }

        var outcome = _fills.JoinOrStart(route.Repository, found.Digest, found.IsLinked, found.SizeBytes, record.Scope, out var joined);
        using var reader = joined;
        if (reader is null)
        {
            if (outcome == JoinOutcome.Elsewhere)
            {
                return await RegistryHandler.FailNotHeldAsync(context, record);
            }

            if (outcome == JoinOutcome.Refused)
            {
                await RegistryHandler.FailAsync(context, record, ErrorMapping.Overloaded, "limit");
            }

            return outcome == JoinOutcome.Refused;
        }

        return await TryFollowAsync(context, route, record, found, reader);
    }

    private async Task<bool> TryFollowAsync(HttpContext context, OciRoute route, RequestRecord record, Lookup found, FillReader reader)
    {
        if (reader.NeedsConfirmation)
        {
            if (!_budget.TrySpend(context, record))
            {
                await RegistryHandler.FailAsync(context, record, ErrorMapping.Overloaded, "limit");
                return true;
            }

            var confirmed = await _confirmer.ConfirmBlobAsync(route.Repository, found.Digest, context.RequestAborted);
            if (confirmed.Failure is { } refused)
            {
                await FailAsync(context, route, record, refused);
                return true;
            }

            reader.Allow();
        }

        var head = await reader.WaitForHeadAsync(context.RequestAborted);
        if (found.SizeBytes < 0 && head is { State: FillState.Growing, TotalBytes: >= 0 } && RangeOf(context.Request, found.Digest, head.TotalBytes).Outcome == RangeOutcome.Unsatisfiable)
        {
            // A length that upstream claims is no reason yet to tell a client that there is no more.
            head = await reader.WaitAsync(head.TotalBytes, context.RequestAborted);
        }

        if (head.State == FillState.Failed)
        {
            if (!reader.IsLeader && head is { IsOwnFailure: false, Failure.Source: FailureSource.Origin })
            {
                return false;
            }

            await FailAsync(context, route, record, head.Failure);
            return true;
        }

        WriteHead(context, record, new DigestText(found.Digest), reader.IsLeader ? CacheResult.Miss : CacheResult.Collapsed, null, head.Trail);
        if (head.TotalBytes < 0)
        {
            // The upstream named no length: the client gets the whole, in chunks, whatever range it asked for.
            await _sender.FollowAsync(context, reader, 0, long.MaxValue, record);
        }
        else if (await BeginBodyAsync(context, record, found.Digest, head.TotalBytes) is { } range)
        {
            await _sender.FollowAsync(context, reader, range.Offset, range.LengthBytes, record);
        }

        return true;
    }

    private static void WriteHead(
        HttpContext context, RequestRecord record, DigestText digest, CacheResult result, Freshness? freshness, in CacheTrail trail = default)
    {
        record.Result = result;
        ContentHeaders.WriteCacheState(context.Response, result, 0, freshness, trail);
        ContentHeaders.Write(context.Response, digest, MediaTypes.OctetStream, isImmutable: true);
        context.Response.Headers.AcceptRanges = "bytes";
    }

    /// <summary>Sets status and length by the request's conditions and range. Null: there is no body to send, all is said.</summary>
    /// <param name="sizeBytes">The content's size; -1, where none is known, for a HEAD only.</param>
    private static async ValueTask<ByteRange?> BeginBodyAsync(HttpContext context, RequestRecord record, Digest digest, long sizeBytes)
    {
        var (request, response) = (context.Request, context.Response);
        if (Conditional.IsNotModified(request.Headers.IfNoneMatch, digest))
        {
            ContentHeaders.SetNotModified(response);
            return null;
        }

        if (HttpMethods.IsHead(request.Method))
        {
            response.ContentLength = sizeBytes >= 0 ? sizeBytes : null;
            return null;
        }

        var range = RangeOf(request, digest, sizeBytes);
        if (range.Outcome != RangeOutcome.Whole)
        {
            response.Headers.ContentRange = range.ToContentRange(sizeBytes);
        }

        if (range.Outcome == RangeOutcome.Unsatisfiable)
        {
            await RegistryHandler.FailAsync(context, record, ErrorMapping.RangeNotSatisfiable, "range");
            return null;
        }

        response.StatusCode = range.Outcome == RangeOutcome.Partial ? StatusCodes.Status206PartialContent : StatusCodes.Status200OK;
        response.ContentLength = range.LengthBytes;
        return range;
    }

    private static ByteRange RangeOf(HttpRequest request, in Digest digest, long sizeBytes) =>
        request.Headers.Range.Count > 0 && Conditional.AllowsRange(request.Headers.IfRange, digest)
            ? ByteRange.Parse(request.Headers.Range.ToString(), sizeBytes)
            : new ByteRange(RangeOutcome.Whole, 0, sizeBytes);

    private Task FailAsync(HttpContext context, in OciRoute route, RequestRecord record, FillFailure failure)
    {
        ContentHeaders.WriteCacheState(context.Response, CacheResult.Error, 0, null, new CacheTrail(default, failure.Members), failure.Outage);
        var answer = ErrorMapping.ForFailure(failure, OciRouteKind.Blob, _rules.OutageOf(route.Repository.Upstream));
        return RegistryHandler.FailAsync(context, record, answer, FailureReason.Of(failure));
    }
}
