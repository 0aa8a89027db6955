namespace EdgeCache.Core.Fill;

/// <summary>Where the body of a blob is to begin: at the beginning, or where an earlier one broke off.</summary>
/// <param name="Offset">Above 0, a Range request; an upstream that ignores it answers with Offset 0.</param>
/// <param name="BrokenEndpoint">The endpoint whose body broke off (<see cref="OriginAnswer.Endpoint"/>): it is asked after the others.</param>
/// <param name="ETag">What that endpoint called the content: sent as If-Range, to it alone. The others are held to the digest.</param>
/// <param name="WrongEndpoint">The endpoint whose bytes were wrong: it is not asked.</param>
public readonly record struct ResumePoint(long Offset, string? BrokenEndpoint = null, string? ETag = null, string? WrongEndpoint = null);
