using System.Net.Http.Headers;

namespace EdgeCache.Fleet;

/// <summary>What a node's answers carry while it drains, so that who asks it knows before the next probe. Pure.</summary>
internal static class DrainHeader
{
    public const string Name = "EdgeCache-Draining";

    public const string Value = "1";

    /// <summary>Whether a member's answer says that it drains.</summary>
    public static bool IsIn(HttpResponseHeaders headers) => headers.NonValidated.Contains(Name);
}
