namespace EdgeCache.Core.Oci;

/// <summary>A digest's text forms, made once and kept with the content that is served often. Immutable.</summary>
public sealed class DigestText
{
    public DigestText(in Digest digest)
    {
        Value = digest.ToString();
        EntityTag = $"\"{Value}\"";
    }

    /// <summary><c>algorithm:hex</c>.</summary>
    public string Value { get; }

    /// <summary>The same as a strong entity tag (RFC 9110, section 8.8.3).</summary>
    public string EntityTag { get; }
}
