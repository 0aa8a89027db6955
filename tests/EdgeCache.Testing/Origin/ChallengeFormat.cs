namespace EdgeCache.Testing.Origin;

/// <summary>The forms of WWW-Authenticate that registries send (RFC 9110, section 11.6.1).</summary>
public enum ChallengeFormat
{
    /// <summary>One header, one challenge.</summary>
    Plain,

    /// <summary>Basic and Bearer, each in a header of its own.</summary>
    TwoHeaders,

    /// <summary>Basic and Bearer in one header.</summary>
    OneHeaderForBoth,

    /// <summary>A scope of <c>pull,push</c> and an error text with a comma and escaped quotes.</summary>
    QuotedCommas,

    /// <summary>The scheme in lower case.</summary>
    LowerCase,

    /// <summary>Blanks around the commas between parameters.</summary>
    Spaced,
}
