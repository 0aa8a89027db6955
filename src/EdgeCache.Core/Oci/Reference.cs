namespace EdgeCache.Core.Oci;

/// <summary>
/// What a manifest is asked by: a digest, or a tag of the grammar <c>[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}</c> (OCI distribution
/// specification). Exactly one of the two is set; <c>default</c> is neither.
/// </summary>
public readonly record struct Reference
{
    public const int MaxTagLength = 128;

    private Reference(string? tag, Digest digest)
    {
        Tag = tag;
        Digest = digest;
    }

    /// <summary>The tag, or null where the reference is a digest.</summary>
    public string? Tag { get; }

    /// <summary>The digest, or none where the reference is a tag.</summary>
    public Digest Digest { get; }

    public bool IsDigest => !Digest.IsNone;

    public static Reference ByDigest(in Digest digest) => new(null, digest);

    public static bool TryParse(ReadOnlySpan<char> text, out Reference reference)
    {
        if (text.Contains(':'))
        {
            var isDigest = Digest.TryParse(text, out var digest);
            reference = isDigest ? ByDigest(digest) : default;
            return isDigest;
        }

        var isTag = IsValidTag(text);
        reference = isTag ? new Reference(text.ToString(), default) : default;
        return isTag;
    }

    /// <exception cref="FormatException">The text is neither a tag nor a digest.</exception>
    public static Reference Parse(ReadOnlySpan<char> text) =>
        TryParse(text, out var reference) ? reference : throw new FormatException($"'{text}' is neither a tag nor a digest.");

    public override string ToString() => Tag ?? Digest.ToString();

    private static bool IsValidTag(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || text.Length > MaxTagLength || text[0] is '.' or '-')
        {
            return false;
        }

        foreach (var character in text)
        {
            if (!char.IsAsciiLetterOrDigit(character) && character is not ('_' or '.' or '-'))
            {
                return false;
            }
        }

        return true;
    }
}
