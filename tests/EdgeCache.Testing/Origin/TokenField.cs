namespace EdgeCache.Testing.Origin;

/// <summary>Where a token answer has the token.</summary>
public enum TokenField
{
    Token,
    AccessToken,
    Both,
}
