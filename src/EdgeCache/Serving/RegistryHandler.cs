using EdgeCache.Core.Caching;
using EdgeCache.Core.Fill;
using EdgeCache.Routing;
using EdgeCache.Siblings;
using EdgeCache.Telemetry;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace EdgeCache.Serving;

/// <summary>
/// Answers what clients of the pull listener ask for:
/// <list type="number">
/// <item>what is not GET or HEAD is refused;</item>
/// <item>the raw target is parsed once into a route;</item>
/// <item>what may not be asked here, or not so, is refused (<see cref="RequestChecks"/>);</item>
/// <item>the route's handler answers, from the cache or by forwarding;</item>
/// <item>every failure goes out through <see cref="OciErrorWriter"/>.</item>
/// </list>
/// Safe for concurrent use.
/// </summary>
internal sealed class RegistryHandler
{
    private const string VersionHeader = "Docker-Distribution-Api-Version";
    private const string VersionValue = "registry/2.0";

    private readonly RouteParser _parser;
    private readonly ManifestHandler _manifests;
    private readonly BlobHandler _blobs;
    private readonly ListHandler _lists;
    private readonly RequestChecks _checks;
    private readonly ILogger<RegistryHandler> _log;

    public RegistryHandler(
        RouteParser parser, ManifestHandler manifests, BlobHandler blobs, ListHandler lists, RequestChecks checks, ILogger<RegistryHandler> log)
    {
        _checks = checks;
        _parser = parser;
        _manifests = manifests;
        _blobs = blobs;
        _lists = lists;
        _log = log;
    }

    public async Task HandleAsync(HttpContext context)
    {
        var record = context.Features.GetRequiredFeature<RequestRecord>();
        try
        {
            await DispatchAsync(context, record);
        }
        catch (Exception error) when (!IsClientsDoing(error, context, record))
        {
            ServingLog.HandlerFailed(_log, error);
            var failure = error switch
            {
                IOException or UnauthorizedAccessException => ErrorMapping.StoreFailed,
                OperationCanceledException => ErrorMapping.Internal with { StatusCode = StatusCodes.Status503ServiceUnavailable },
                _ => ErrorMapping.Internal,
            };
            await FailAsync(context, record, failure, failure == ErrorMapping.StoreFailed ? "store" : "internal");
        }
    }

    /// <summary>It left, or sent what Kestrel refuses: for those there is no answer.</summary>
    internal static bool IsClientsDoing(Exception error, HttpContext context, RequestRecord record) =>
        error is BadHttpRequestException
        || (error is OperationCanceledException && (context.RequestAborted.IsCancellationRequested || record.End == ResponseEnd.ClientLeft));

    private Task DispatchAsync(HttpContext context, RequestRecord record)
    {
        if (Read(context, _parser, out var target, out var route) is { } refusal)
        {
            return FailAsync(context, record, refusal.Failure, refusal.Reason);
        }

        record.SetRoute(route);
        if (_checks.Refuse(context.Request, target, route, record) is { } refused)
        {
            return FailAsync(context, record, refused.Failure, refused.Reason);
        }

        context.Response.Headers[VersionHeader] = VersionValue;
        if (route.UsedNamespace && route.Repository.Upstream is { } upstream)
        {
            context.Response.Headers["OCI-Namespace"] = upstream;
        }

        return route.Kind switch
        {
            OciRouteKind.Ping => PingAsync(context),
            OciRouteKind.Manifest => _manifests.HandleAsync(context, route, record),
            OciRouteKind.Blob => _blobs.HandleAsync(context, route, record),
            _ => _lists.HandleAsync(context, route, record),
        };
    }

    /// <summary>What a node and a balancer do first with every request: a body is refused, the method judged, the target parsed.</summary>
    /// <returns>Null where the route is set; else what the client is told.</returns>
    public static (OciFailure Failure, string Reason)? Read(HttpContext context, RouteParser parser, out string target, out OciRoute route)
    {
        var request = context.Request;
        RefuseBody(context);
        target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
        {
            route = default;
            return (ErrorMapping.MethodNotAllowed, "method");
        }

        var outcome = parser.Parse(target, request.Headers.Host.ToString(), out route);
        return outcome == RouteOutcome.Found ? null : (ErrorMapping.ForRoute(outcome), "route");
    }

    /// <summary>Writes a failure and records it.</summary>
    public static Task FailAsync(HttpContext context, RequestRecord record, OciFailure failure, string reason)
    {
        record.Result = CacheResult.Error;
        record.Reason = reason;
        if (record.Scope != FetchScope.Anywhere && reason == SiblingHeaders.RateLimited)
        {
            context.Response.Headers[SiblingHeaders.Failure] = reason;
        }

        if (context.Response.HasStarted)
        {
            record.End = ResponseEnd.Cut;
        }
        else if (reason is "limit" or "store" or "internal")
        {
            context.Response.Headers["Cache-Status"] = ContentHeaders.FailedHere;
        }

        return OciErrorWriter.WriteAsync(context, failure);
    }

    /// <summary>Tells a sibling that it has to ask elsewhere.</summary>
    /// <returns>True: the request is answered.</returns>
    public static async Task<bool> FailNotHeldAsync(HttpContext context, RequestRecord record)
    {
        await FailAsync(context, record, ErrorMapping.NotHeld, "not_held");
        return true;
    }

    /// <summary>A GET has no use for a body: it is not read, and the connection ends, so that its bytes never look like the next request
    /// (PROMISES, "framing").</summary>
    private static void RefuseBody(HttpContext context)
    {
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true && !HttpProtocol.IsHttp2(context.Request.Protocol))
        {
            context.Response.Headers[HeaderNames.Connection] = "close";
        }
    }

    /// <summary>"This is a registry" (OCI distribution specification, "Determining Support").</summary>
    private static async Task PingAsync(HttpContext context)
    {
        var response = context.Response;
        response.ContentType = "application/json";
        response.ContentLength = 2;
        if (HttpMethods.IsGet(context.Request.Method))
        {
            await response.BodyWriter.WriteAsync("{}"u8.ToArray(), context.RequestAborted);
        }
    }
}
