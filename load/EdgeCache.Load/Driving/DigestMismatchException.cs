namespace EdgeCache.Load.Driving;

/// <summary>A whole body is not what its digest says: no further attempt is made.</summary>
internal sealed class DigestMismatchException(string message) : Exception(message);
