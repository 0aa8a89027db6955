using Microsoft.AspNetCore.WebUtilities;

namespace EdgeCache.Origin;

/// <summary>
/// Rewrites the Link to a list's next page (RFC 8288; PROTOCOL 21) so that it points at us: the client's own path, the known parameters of the
/// upstream's link, and the client's <c>ns</c>. The upstream's host and path do not get out. Pure.
/// </summary>
internal static class NextLink
{
    /// <param name="fields">The values of the upstream's Link fields.</param>
    /// <returns>The Link field to send; null where there is no next page, or its link holds no cursor that we know.</returns>
    public static string? Rewrite(IEnumerable<string> fields, string clientPath, string? clientNamespace)
    {
        foreach (var field in fields)
        {
            if (FindNext(field) is { } target)
            {
                var mark = target.IndexOf('?');
                var query = mark < 0 ? null : ForwardQuery.Read(QueryHelpers.ParseQuery(target[mark..]), out _);
                return query is { HasCursor: true } ? $"<{clientPath}?{query.ToString(clientNamespace)}>; rel=\"next\"" : null;
            }
        }

        return null;
    }

    /// <summary>The target of the first link whose relation is "next".</summary>
    private static string? FindNext(string field)
    {
        var position = 0;
        while (position < field.Length)
        {
            var open = field.IndexOf('<', position);
            var close = open < 0 ? -1 : field.IndexOf('>', open);
            if (close < 0)
            {
                return null;
            }

            var end = EndOfLink(field, close + 1);
            if (IsNext(field.AsSpan(close + 1, end - close - 1)))
            {
                return field[(open + 1)..close];
            }

            position = end + 1;
        }

        return null;
    }

    /// <summary>The comma that ends the link-value, or the end of the field.</summary>
    private static int EndOfLink(string field, int position)
    {
        var isQuoted = false;
        for (; position < field.Length; position++)
        {
            if (field[position] == '"')
            {
                isQuoted = !isQuoted;
            }
            else if (field[position] == ',' && !isQuoted)
            {
                break;
            }
        }

        return position;
    }

    private static bool IsNext(ReadOnlySpan<char> parameters)
    {
        foreach (var range in parameters.Split(';'))
        {
            var parameter = parameters[range].Trim();
            if (parameter.StartsWith("rel=", StringComparison.OrdinalIgnoreCase)
                && parameter[4..].Trim('"').Equals("next", StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
