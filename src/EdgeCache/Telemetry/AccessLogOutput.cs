namespace EdgeCache.Telemetry;

/// <summary>Where the access log goes: standard output, or what a test puts in its place. The stream is not ours to close.</summary>
internal sealed record AccessLogOutput(Func<Stream> Open)
{
    public static AccessLogOutput StandardOutput { get; } = new(Console.OpenStandardOutput);
}
