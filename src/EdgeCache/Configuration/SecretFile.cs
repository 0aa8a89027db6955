namespace EdgeCache.Configuration;

/// <summary>A file that holds one secret.</summary>
internal static class SecretFile
{
    /// <returns>Its text without the line ends behind it; null where it is empty or cannot be read.</returns>
    public static string? TryRead(string path)
    {
        try
        {
            var secret = File.ReadAllText(path).TrimEnd('\r', '\n');
            return secret.Length == 0 ? null : secret;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
