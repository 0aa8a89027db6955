using System.Security.Cryptography;
using System.Text;

namespace EdgeCache.Fleet;

/// <summary>
/// What the nodes of a fleet share, as one key for each purpose (HKDF, RFC 5869), so that a signature made for one means nothing for another. While the secret is
/// changed there are two: one signs, the signatures of both are accepted. Immutable.
/// </summary>
internal sealed class FleetSecret
{
    public const int MinLength = 32;

    private readonly Keys _signing;
    private readonly Keys? _accepted;

    /// <param name="accepted">A second secret, whose signatures are accepted and which signs nothing; null for none.</param>
    public FleetSecret(string secret, string? accepted = null)
    {
        _signing = Keys.Of(secret);
        _accepted = accepted is null ? null : Keys.Of(accepted);
    }

    /// <summary>HMAC-SHA256 in base64url, 43 characters.</summary>
    public string Sign(SecretPurpose purpose, string text) => Sign(_signing, purpose, text);

    /// <summary>Compares in constant time.</summary>
    public bool IsSignature(SecretPurpose purpose, string text, ReadOnlySpan<char> signature) =>
        IsSignature(_signing, purpose, text, signature) || (_accepted is not null && IsSignature(_accepted, purpose, text, signature));

    private static string Sign(Keys keys, SecretPurpose purpose, string text)
    {
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(keys.For(purpose), Encoding.UTF8.GetBytes(text), mac);
        return System.Buffers.Text.Base64Url.EncodeToString(mac);
    }

    private static bool IsSignature(Keys keys, SecretPurpose purpose, string text, ReadOnlySpan<char> signature)
    {
        var expected = Sign(keys, purpose, text);
        Span<byte> given = stackalloc byte[expected.Length];
        return signature.Length == expected.Length
            && Encoding.ASCII.TryGetBytes(signature, given, out var length) && length == expected.Length
            && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(expected), given);
    }

    /// <summary>The keys of one secret.</summary>
    private sealed class Keys(byte[] sibling, byte[] ticket, byte[] state)
    {
        public static Keys Of(string secret)
        {
            var material = Encoding.UTF8.GetBytes(secret);
            byte[] For(string purpose) => HKDF.DeriveKey(HashAlgorithmName.SHA256, material, SHA256.HashSizeInBytes, info: Encoding.UTF8.GetBytes("edgecache " + purpose));
            return new Keys(For("sibling v1"), For("ticket v1"), For("shared state v1"));
        }

        public byte[] For(SecretPurpose purpose) => purpose switch
        {
            SecretPurpose.Sibling => sibling,
            SecretPurpose.Ticket => ticket,
            _ => state,
        };
    }
}
