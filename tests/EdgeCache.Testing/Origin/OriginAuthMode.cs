namespace EdgeCache.Testing.Origin;

public enum OriginAuthMode
{
    None,
    Basic,
    Bearer,
}
