namespace EdgeCache.Configuration;

/// <summary>The shape of the log's lines.</summary>
internal enum LogFormat
{
    /// <summary>For people.</summary>
    Simple,

    /// <summary>One JSON object a line.</summary>
    Json,
}
