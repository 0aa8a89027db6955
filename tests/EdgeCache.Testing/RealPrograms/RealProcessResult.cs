namespace EdgeCache.Testing.RealPrograms;

/// <summary>How a program ended.</summary>
/// <param name="Output">The end of its standard output.</param>
/// <param name="All">The end of both its outputs, in order of arrival.</param>
public sealed record RealProcessResult(int ExitCode, string Output, string All)
{
    /// <exception cref="InvalidOperationException">It did not end with 0; the message has its output.</exception>
    public RealProcessResult EnsureSuccess() =>
        ExitCode == 0 ? this : throw new InvalidOperationException($"The program ended with {ExitCode}:\n{All}");
}
