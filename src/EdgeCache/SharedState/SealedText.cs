using System.Diagnostics.CodeAnalysis;
using EdgeCache.Fleet;

namespace EdgeCache.SharedState;

/// <summary>
/// Text with the fleet's signature behind it, as it lies in Redis: whoever can write there but does not know the secret can neither make one, nor move one to another
/// place, since what it is about is signed with it. Pure.
/// </summary>
internal static class SealedText
{
    /// <summary>No value of ours is longer.</summary>
    public const int MaxLength = 1024;

    /// <param name="about">What the text is about, the parts divided by line ends; not repeated in the value.</param>
    public static string Seal(FleetSecret secret, string about, string text) => $"{text} {secret.Sign(SecretPurpose.SharedState, Signed(about, text))}";

    public static bool TryOpen(FleetSecret secret, string about, string? value, [NotNullWhen(true)] out string? text)
    {
        text = null;
        var space = value is { Length: <= MaxLength } ? value.LastIndexOf(' ') : -1;
        if (space < 0 || !secret.IsSignature(SecretPurpose.SharedState, Signed(about, value![..space]), value.AsSpan(space + 1))) // Not null where a space was found.
        {
            return false;
        }

        text = value[..space];
        return true;
    }

    private static string Signed(string about, string text) => $"{about}\n\n{text}";
}
