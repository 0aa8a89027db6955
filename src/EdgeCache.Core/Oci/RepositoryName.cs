namespace EdgeCache.Core.Oci;

/// <summary>
/// A repository's name that obeys the grammar of the OCI distribution specification ("Pulling manifests"): path components of
/// <c>[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*</c> with slashes between them, at most 255 characters in all. A value; <c>default</c> is no name.
/// </summary>
public readonly record struct RepositoryName
{
    /// <summary>Clients hold host and name together to 255 characters; we hold the name to it.</summary>
    public const int MaxLength = 255;

    private readonly string? _value;

    private RepositoryName(string value) => _value = value;

    public string Value => _value ?? string.Empty;

    public static bool TryParse(ReadOnlySpan<char> text, out RepositoryName name)
    {
        name = default;
        if (!IsValid(text))
        {
            return false;
        }

        name = new RepositoryName(text.ToString());
        return true;
    }

    /// <exception cref="FormatException">The text is not a repository's name.</exception>
    public static RepositoryName Parse(ReadOnlySpan<char> text) =>
        TryParse(text, out var name) ? name : throw new FormatException($"'{text}' is not a repository name.");

    public override string ToString() => Value;

    /// <summary>Whether the text obeys the grammar; nothing is allocated.</summary>
    public static bool IsValid(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || text.Length > MaxLength)
        {
            return false;
        }

        var position = 0;
        while (true)
        {
            if (!TakeAlphanumerics(text, ref position))
            {
                return false;
            }

            if (position == text.Length)
            {
                return true;
            }

            if (!TakeSeparator(text, ref position))
            {
                return false;
            }
        }
    }

    private static bool TakeAlphanumerics(ReadOnlySpan<char> text, ref int position)
    {
        var start = position;
        while (position < text.Length && (char.IsAsciiLetterLower(text[position]) || char.IsAsciiDigit(text[position])))
        {
            position++;
        }

        return position > start;
    }

    /// <summary>One of "/", ".", "_", "__" or a run of "-".</summary>
    private static bool TakeSeparator(ReadOnlySpan<char> text, ref int position)
    {
        switch (text[position])
        {
            case '/' or '.':
                position++;
                return true;
            case '_':
                position++;
                if (position < text.Length && text[position] == '_')
                {
                    position++;
                }

                return true;
            case '-':
                while (position < text.Length && text[position] == '-')
                {
                    position++;
                }

                return true;
            default:
                return false;
        }
    }
}
