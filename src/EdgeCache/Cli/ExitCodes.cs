namespace EdgeCache.Cli;

/// <summary>The exit codes that scripts rely on.</summary>
internal static class ExitCodes
{
    public const int Success = 0;

    /// <summary>It could not start, ended in failure, or is not healthy.</summary>
    public const int Failure = 1;

    /// <summary>The command line or the configuration is wrong; every error is on standard error.</summary>
    public const int WrongConfiguration = 2;

    /// <summary>A check found damage: what was damaged is set aside, and will be fetched again.</summary>
    public const int DamageFound = 3;
}
