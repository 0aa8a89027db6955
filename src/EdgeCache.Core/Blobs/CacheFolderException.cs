namespace EdgeCache.Core.Blobs;

/// <summary>The cache folder cannot be used; the message is meant for the operator and names the folder and the cause.</summary>
public sealed class CacheFolderException : IOException
{
    public CacheFolderException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
