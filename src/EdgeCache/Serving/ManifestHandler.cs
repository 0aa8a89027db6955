using EdgeCache.Core.Caching;
using EdgeCache.Core.Fill;
using EdgeCache.Core.Oci;
using EdgeCache.Core.Store;
using EdgeCache.Routing;
using EdgeCache.Telemetry;
using Microsoft.Extensions.Primitives;

namespace EdgeCache.Serving;

/// <summary>GET and HEAD of manifests, by tag and by digest. Safe for concurrent use.</summary>
internal sealed class ManifestHandler
{
    /// <summary>Stored bytes may be evicted between the look-up and the reading; then the manifest is resolved again.</summary>
    private const int MaxRounds = 3;

    private readonly ManifestResolvers _resolvers;
    private readonly CacheStore _store;
    private readonly TagRules _rules;
    private readonly BlobSender _sender;
    private readonly MissBudget _budget;

    public ManifestHandler(ManifestResolvers resolvers, CacheStore store, TagRules rules, BlobSender sender, MissBudget budget)
    {
        _budget = budget;
        _sender = sender;
        _resolvers = resolvers;
        _store = store;
        _rules = rules;
    }

    public Task HandleAsync(HttpContext context, in OciRoute route, RequestRecord record)
    {
        var accept = AcceptOf(context.Request.Headers.Accept);
        var rule = _rules.For(route.Repository, route.Reference);
        var resolver = _resolvers.For(record.Scope, route.Repository, route.Reference);
        var found = resolver.Find(route.Repository, route.Reference, accept, rule);
        return found.State == LookupState.Fresh && HttpMethods.IsGet(context.Request.Method) && _store.TryGetHot(found.Digest, out var stored)
            ? SendHotAsync(context, route, record, found, stored)
            : found.State != LookupState.Fresh && record.Scope == FetchScope.Stored ? RegistryHandler.FailNotHeldAsync(context, record)
            // A stale one is here: that upstream is asked whether it still holds is this node's doing, and once for all clients.
            : found.State is LookupState.Miss or LookupState.Unlinked && !_budget.TrySpend(context, record) ? RegistryHandler.FailAsync(context, record, ErrorMapping.Overloaded, "limit")
            : ResolveAsync(context, route, record, accept, (resolver, rule));
    }

    /// <summary>The way of most requests: nothing to wait for but the client.</summary>
    private Task SendHotAsync(HttpContext context, in OciRoute route, RequestRecord record, in Lookup found, in StoredContent stored)
    {
        record.Result = CacheResult.Hit;
        ContentHeaders.WriteCacheState(context.Response, CacheResult.Hit, 0, found.Freshness);
        return SendStoredAsync(context, route, record, found.Type, found.Digest, stored);
    }

    private async Task ResolveAsync(HttpContext context, OciRoute route, RequestRecord record, ManifestTypes accept, (ManifestResolver Resolver, FreshnessRule Rule) how)
    {
        var isHead = HttpMethods.IsHead(context.Request.Method);
        for (var round = 0; round < MaxRounds; round++)
        {
            var answer = await how.Resolver.ResolveAsync(route.Repository, route.Reference, accept, how.Rule, isHead, context.RequestAborted);
            record.Result = answer.Result;
            var trail = answer.Result == CacheResult.Error ? new CacheTrail(default, answer.Failure.Members) : answer.Trail;
            ContentHeaders.WriteCacheState(context.Response, answer.Result, answer.ForwardStatus, answer.Freshness, trail, answer.Failure.Outage);
            if (answer.Result == CacheResult.Error)
            {
                var failure = ErrorMapping.ForFailure(answer.Failure, OciRouteKind.Manifest, how.Rule.Outage);
                await RegistryHandler.FailAsync(context, record, failure, FailureReason.Of(answer.Failure));
                return;
            }

            record.Reason = answer.Result == CacheResult.Stale ? FailureReason.Of(answer.Failure) : string.Empty;
            if (await TrySendAsync(context, route, record, answer, isHead))
            {
                return;
            }
        }

        await RegistryHandler.FailAsync(context, record, ErrorMapping.StoreFailed, "store");
    }

    /// <summary>As a span, since enumerating the values through an interface would allocate.</summary>
    private static ManifestTypes AcceptOf(in StringValues values) =>
        values.Count <= 1 ? MediaTypes.ParseAccept([(string?)values]) : MediaTypes.ParseAccept(values.ToArray());

    /// <summary>False where the stored bytes have just gone.</summary>
    private async Task<bool> TrySendAsync(HttpContext context, OciRoute route, RequestRecord record, ManifestAnswer answer, bool isHead)
    {
        if (!isHead && answer.Content.IsEmpty)
        {
            using var stored = await _store.AcquireContentAsync(answer.Digest, context.RequestAborted);
            if (stored.IsNone)
            {
                return false;
            }

            await SendStoredAsync(context, route, record, answer.Type, answer.Digest, stored);
            return true;
        }

        if (!TryWriteHead(context, route, new DigestText(answer.Digest), answer.Type, answer.Digest))
        {
            return true;
        }

        if (isHead)
        {
            context.Response.ContentLength = answer.SizeBytes >= 0 ? answer.SizeBytes : null;
            return true;
        }

        context.Response.ContentLength = answer.Content.Length;
        await BlobSender.SendAsync(context, answer.Content, record);
        return true;
    }

    private Task SendStoredAsync(
        HttpContext context, in OciRoute route, RequestRecord record, ManifestTypes type, in Digest digest, in StoredContent stored)
    {
        if (!TryWriteHead(context, route, stored.Text, type, digest))
        {
            return Task.CompletedTask;
        }

        context.Response.ContentLength = stored.SizeBytes;
        return _sender.SendAsync(context, stored, 0, stored.SizeBytes, record).AsTask();
    }

    /// <summary>False where the client has it already: 304, and all is said.</summary>
    private static bool TryWriteHead(HttpContext context, in OciRoute route, DigestText text, ManifestTypes type, in Digest digest)
    {
        ContentHeaders.Write(context.Response, text, MediaTypes.ToText(type), route.Reference.IsDigest);
        if (!Conditional.IsNotModified(context.Request.Headers.IfNoneMatch, digest))
        {
            return true;
        }

        ContentHeaders.SetNotModified(context.Response);
        return false;
    }
}
