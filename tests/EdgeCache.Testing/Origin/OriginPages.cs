using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using EdgeCache.Core.Oci;
using EdgeCache.Demo;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace EdgeCache.Testing.Origin;

/// <summary>What a sound registry answers. Reads the content and the behaviour; writes nothing.</summary>
internal sealed class OriginPages(OriginContent content, OriginBehaviour behaviour, Uri origin, string basePath)
{
    public OriginReply Answer(OriginRequest request, bool ignoresRange)
    {
        var query = QueryHelpers.ParseQuery(request.Query);
        return request.Kind switch
        {
            OriginRequestKind.Ping => OriginReply.Json([]),
            OriginRequestKind.ManifestGet or OriginRequestKind.ManifestHead => AnswerManifest(request),
            OriginRequestKind.BlobGet or OriginRequestKind.BlobHead or OriginRequestKind.Storage => AnswerBlob(request, ignoresRange),
            OriginRequestKind.Tags => AnswerTags(request, query),
            OriginRequestKind.Catalog => AnswerCatalog(query),
            OriginRequestKind.Referrers => AnswerReferrers(request, query),
            OriginRequestKind.Write => OriginReply.Error(405, "UNSUPPORTED"),
            _ => OriginReply.Error(404, "NAME_UNKNOWN"),
        };
    }

    private OriginReply AnswerManifest(OriginRequest request)
    {
        var found = content.FindManifest(request.Repository, request.Reference);
        if (behaviour.NegotiatesAccept && found is { } stored)
        {
            found = Negotiate(request, stored.Digest, stored.Manifest);
        }

        if (found is not { } entry)
        {
            return OriginReply.Error(404, "MANIFEST_UNKNOWN");
        }

        return IsCurrent(request, entry.Digest)
            ? OriginReply.Content(entry.Manifest.MediaType, OriginBody.Empty).With(statusCode: 304)
            : Label(OriginReply.Content(entry.Manifest.MediaType, entry.Manifest.Bytes), entry.Digest);
    }

    private (Digest Digest, SampleManifest Manifest)? Negotiate(OriginRequest request, Digest digest, SampleManifest manifest)
    {
        var accepted = MediaTypes.ParseAccept([request.Accept]);
        if ((MediaTypes.Parse(manifest.MediaType) & accepted) != 0)
        {
            return (digest, manifest);
        }

        using var document = JsonDocument.Parse(manifest.Bytes);
        if (!document.RootElement.TryGetProperty("manifests", out var members))
        {
            return null;
        }

        foreach (var member in members.EnumerateArray())
        {
            var found = content.FindManifest(request.Repository, member.GetProperty("digest").GetString() ?? string.Empty);
            if (found is { } entry && (MediaTypes.Parse(entry.Manifest.MediaType) & accepted) != 0)
            {
                return entry;
            }
        }

        return null;
    }

    private OriginReply AnswerBlob(OriginRequest request, bool ignoresRange)
    {
        if (content.FindBlob(request.Repository, request.Digest) is not { } blob)
        {
            return OriginReply.Error(404, "BLOB_UNKNOWN");
        }

        var whole = Label(OriginReply.Content(MediaTypes.OctetStream, blob), request.Digest);
        if (ignoresRange || !behaviour.HonoursRange)
        {
            return whole;
        }

        whole.Headers["Accept-Ranges"] = ["bytes"];
        return request.Range is { } text && RangeHeaderValue.TryParse(text, out var range) && range.Ranges.Count == 1
            ? Slice(whole, range.Ranges.Single())
            : whole;
    }

    private static OriginReply Slice(OriginReply whole, RangeItemHeaderValue range)
    {
        var length = whole.Body.Length;
        var from = range.From ?? Math.Max(0, length - range.To.GetValueOrDefault());
        var to = range.From is null ? length - 1 : Math.Min(range.To ?? long.MaxValue, length - 1);
        if (from > to)
        {
            var refusal = OriginReply.Error(416, "SIZE_INVALID");
            refusal.Headers["Content-Range"] = [$"bytes */{length}"];
            return refusal;
        }

        whole.Headers["Content-Range"] = [$"bytes {from}-{to}/{length}"];
        return new OriginReply
        {
            StatusCode = 206,
            Headers = whole.Headers,
            Body = whole.Body.Slice(from, to - from + 1),
            Offset = from,
            ContentLength = length,
        };
    }

    private OriginReply AnswerTags(OriginRequest request, Dictionary<string, StringValues> query)
    {
        if (content.ListTags(request.Repository) is not { } tags)
        {
            return OriginReply.Error(404, "NAME_UNKNOWN");
        }

        return AnswerPage(tags, query, $"/v2/{request.Repository}/tags/list", page => new JsonObject { ["name"] = request.Repository, ["tags"] = page });
    }

    private OriginReply AnswerCatalog(Dictionary<string, StringValues> query)
    {
        var names = content.Repositories.Select(repository => repository.Name.Value).Order(StringComparer.Ordinal).ToList();
        return behaviour.ServesCatalog
            ? AnswerPage(names, query, "/v2/_catalog", page => new JsonObject { ["repositories"] = page })
            : OriginReply.Error(401, "UNAUTHORIZED");
    }

    private OriginReply AnswerPage(IReadOnlyList<string> all, Dictionary<string, StringValues> query, string path, Func<JsonArray, JsonObject> wrap)
    {
        var last = query.GetValueOrDefault("last").ToString();
        var rest = all.Where(entry => string.CompareOrdinal(entry, last) > 0).ToList();
        var size = int.TryParse(query.GetValueOrDefault("n"), NumberStyles.None, CultureInfo.InvariantCulture, out var asked) ? asked : int.MaxValue;
        size = behaviour.PageLimit > 0 ? Math.Min(size, behaviour.PageLimit) : size;
        var page = rest.Take(size).ToList();
        var reply = OriginReply.Json(wrap([.. page.Select(entry => (JsonNode)entry)]));
        if (page.Count > 0 && page.Count < rest.Count)
        {
            var next = $"{basePath}{path}?last={Uri.EscapeDataString(page[^1])}&n={size}";
            reply.Headers["Link"] = [$"<{(behaviour.SendsAbsoluteLinks ? new Uri(origin, next).AbsoluteUri : next)}>; rel=\"next\""];
        }

        return reply;
    }

    private OriginReply AnswerReferrers(OriginRequest request, Dictionary<string, StringValues> query)
    {
        if (!behaviour.ServesReferrers || request.Digest.IsNone || content.FindRepository(request.Repository) is not { } repository)
        {
            return OriginReply.Error(404, "NAME_UNKNOWN");
        }

        var filter = behaviour.FiltersReferrers && query.TryGetValue("artifactType", out var type) ? type.ToString() : null;
        var reply = OriginReply.Content(MediaTypes.OciIndex, repository.ListReferrers(request.Digest, filter));
        if (filter is not null)
        {
            reply.Headers["OCI-Filters-Applied"] = ["artifactType"];
        }

        return reply;
    }

    private OriginReply Label(OriginReply reply, Digest digest)
    {
        if (behaviour.SendsDigest)
        {
            reply.Headers["Docker-Content-Digest"] = [digest.ToString()];
        }

        if (behaviour.SendsETag)
        {
            reply.Headers["ETag"] = [$"\"{digest}\""];
        }

        return reply;
    }

    private static bool IsCurrent(OriginRequest request, Digest digest) =>
        request.IfNoneMatch is { } validators && validators.Contains(digest.ToString(), StringComparison.Ordinal);
}
