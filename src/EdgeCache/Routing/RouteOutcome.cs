namespace EdgeCache.Routing;

/// <summary>Whether a request target names something, and if not, why. Serving's ErrorMapping says what a client is told.</summary>
public enum RouteOutcome
{
    Found,

    /// <summary>The target has a form or a character that no registry path has: percent-encodings, backslashes, empty or dot segments.</summary>
    MalformedTarget,

    /// <summary>The path is outside <c>/v2/</c>.</summary>
    NotRegistry,

    /// <summary>Within <c>/v2/</c>, but none of the specification's endpoints.</summary>
    UnknownEndpoint,

    /// <summary><c>ns=</c> names no configured upstream, or nothing chose one and there is no default.</summary>
    UnknownUpstream,

    /// <summary><c>ns=</c> stands twice, or is not well encoded.</summary>
    MalformedNamespace,

    InvalidName,

    InvalidTag,

    InvalidDigest,

    /// <summary>The state of an upload: there are none here.</summary>
    UnknownUpload,
}
