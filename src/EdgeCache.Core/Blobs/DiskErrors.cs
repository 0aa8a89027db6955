namespace EdgeCache.Core.Blobs;

/// <summary>Reads the system's error numbers out of .NET's exceptions. Pure.</summary>
public static class DiskErrors
{
    internal const int NoSpace = 28; // ENOSPC, on Linux and macOS alike.

    private const int TooManyFilesInSystem = 23; // ENFILE
    private const int TooManyFiles = 24; // EMFILE
    private const int QuotaExceeded = 122; // EDQUOT on Linux.

    /// <summary>HRESULT_FROM_WIN32(ERROR_DISK_FULL)</summary>
    private const int WindowsDiskFull = unchecked((int)0x80070070);

    /// <summary>Whether an exception is of a kind that <see cref="IDisk"/> throws.</summary>
    public static bool IsOfDisk(Exception error) => error is IOException or UnauthorizedAccessException;

    public static DiskFault Classify(Exception error) => error switch
    {
        // On Unix .NET leaves the error number in HResult.
        IOException { HResult: NoSpace or QuotaExceeded or WindowsDiskFull } => DiskFault.Full,
        IOException { HResult: TooManyFiles or TooManyFilesInSystem } => DiskFault.None,
        _ => IsOfDisk(error) ? DiskFault.Failed : DiskFault.None,
    };
}
