namespace EdgeCache.Lab;

/// <summary>A promise was not kept; the message says which, and how to repeat it.</summary>
internal sealed class LabFailedException(string message) : Exception(message);
