namespace EdgeCache.Load.Scenarios;

/// <summary>Whose bodies are hashed and compared with their digest. The length is checked of all.</summary>
internal enum BodyCheck
{
    None,

    /// <summary>Every tenth client's.</summary>
    Sample,

    All,
}
