using System.Security.Cryptography;
using Microsoft.Extensions.Primitives;

namespace EdgeCache.Origin;

/// <summary>
/// Finds requests that come round to this node again, since nodes may be each other's upstreams: every request upstream carries, in CDN-Loop (RFC 8586),
/// the nodes that the client's request has passed, and this one. Only members of a node's own form are read and passed on: other text of a client's
/// reaches no upstream. One for each node; safe for concurrent use.
/// </summary>
internal sealed class LoopGuard
{
    public const string HeaderName = "CDN-Loop";

    /// <summary>Members passed on, ours included. Of a longer way the nodes passed last are kept, so that nobody can make a request
    /// fail by inventing some.</summary>
    public const int MaxMembers = 8;

    private const string Prefix = "edgecache-";
    private const int IdBytes = 8;
    private const int MemberLength = 26;

    /// <summary>Flows from the client's request to what is asked upstream for it, through fills and flights too, as a trace's id would.</summary>
    private readonly AsyncLocal<string?> _passed = new();

    /// <summary>This node's member: a pseudonym, new at each start.</summary>
    public string Id { get; } = Prefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdBytes));

    /// <summary>Takes note of the nodes that a request has passed, for all that is asked upstream in the caller's flow from now on.</summary>
    /// <param name="field">The values of CDN-Loop.</param>
    /// <returns>False where this node is one of them: the request must not go on.</returns>
    public bool TryEnter(in StringValues field)
    {
        if (field.Count == 0)
        {
            return true;
        }

        var passed = new List<string>(MaxMembers);
        foreach (var value in field)
        {
            var text = value.AsSpan();
            foreach (var range in text.Split(','))
            {
                var member = MemberOf(text[range]);
                if (member.SequenceEqual(Id))
                {
                    return false;
                }

                if (IsNode(member))
                {
                    passed.Add(member.ToString());
                }
            }
        }

        if (passed.Count > 0)
        {
            _passed.Value = string.Join(", ", passed.TakeLast(MaxMembers - 1));
        }

        return true;
    }

    /// <summary>Adds the header to a request to an upstream.</summary>
    public void Mark(HttpRequestMessage request) =>
        request.Headers.TryAddWithoutValidation(HeaderName, _passed.Value is { } passed ? $"{passed}, {Id}" : Id);

    /// <summary>Without its parameters.</summary>
    private static ReadOnlySpan<char> MemberOf(ReadOnlySpan<char> text)
    {
        var semicolon = text.IndexOf(';');
        return (semicolon < 0 ? text : text[..semicolon]).Trim();
    }

    private static bool IsNode(ReadOnlySpan<char> member) =>
        member.Length == MemberLength && member.StartsWith(Prefix) && !member[Prefix.Length..].ContainsAnyExcept("0123456789abcdef");
}
