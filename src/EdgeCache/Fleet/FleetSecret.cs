using System.Security.Cryptography;
using System.Text;

namespace EdgeCache.Fleet;

/// <summary>
/// What the nodes of a fleet share, as one key for each purpose (HKDF, RFC 5869), so that a signature made for one means nothing for another. Immutable.
/// </summary>
internal sealed class FleetSecret
{
    public const int MinLength = 32;

    private readonly byte[] _sibling;
    private readonly byte[] _ticket;
    private readonly byte[] _state;

    public FleetSecret(string secret)
    {
        var material = Encoding.UTF8.GetBytes(secret);
        byte[] For(string purpose) => HKDF.DeriveKey(HashAlgorithmName.SHA256, material, SHA256.HashSizeInBytes, info: Encoding.UTF8.GetBytes("edgecache " + purpose));
        (_sibling, _ticket, _state) = (For("sibling v1"), For("ticket v1"), For("shared state v1"));
    }

    /// <summary>HMAC-SHA256 in base64url, 43 characters.</summary>
    public string Sign(SecretPurpose purpose, string text)
    {
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(KeyOf(purpose), Encoding.UTF8.GetBytes(text), mac);
        return System.Buffers.Text.Base64Url.EncodeToString(mac);
    }

    /// <summary>Compares in constant time.</summary>
    public bool IsSignature(SecretPurpose purpose, string text, ReadOnlySpan<char> signature)
    {
        var expected = Sign(purpose, text);
        Span<byte> given = stackalloc byte[expected.Length];
        return signature.Length == expected.Length
            && Encoding.ASCII.TryGetBytes(signature, given, out var length) && length == expected.Length
            && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(expected), given);
    }

    private byte[] KeyOf(SecretPurpose purpose) => purpose switch
    {
        SecretPurpose.Sibling => _sibling,
        SecretPurpose.Ticket => _ticket,
        _ => _state,
    };
}
