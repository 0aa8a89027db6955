namespace EdgeCache.Load.Cli;

/// <summary>The exit codes that scripts rely on.</summary>
internal static class ExitCodes
{
    public const int Success = 0;

    /// <summary>A body was wrong, a request failed, or a promise was not kept (one upstream GET, only hits).</summary>
    public const int Failure = 1;

    public const int WrongCommandLine = 2;
}
