using EdgeCache.Core.Oci;

namespace EdgeCache.Serving;

/// <summary>What a client is told when it does not get what it asked for. A value; made by <see cref="ErrorMapping"/>.</summary>
/// <param name="Message">For people; never holds what the client sent.</param>
/// <param name="Detail">More of it, where there is more; safe to show.</param>
/// <param name="RetryAfterSeconds">The value of Retry-After; 0 sends none.</param>
internal readonly record struct OciFailure(int StatusCode, OciErrorCode Code, string Message, string? Detail = null, int RetryAfterSeconds = 0);
