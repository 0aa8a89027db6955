using EdgeCache.Core.Oci;
using EdgeCache.Telemetry;

namespace EdgeCache.Siblings;

/// <summary>What this room logs.</summary>
internal static partial class SiblingLog
{
    [LoggerMessage(EventIds.SiblingSilent, LogLevel.Warning, "{Member} did not answer for {Repository}; another is asked.")]
    public static partial void Silent(ILogger logger, string member, RepositoryKey repository);

    [LoggerMessage(EventIds.SiblingRefused, LogLevel.Debug, "{Member} has nothing for {Repository}: status {Status}, {Reason}.")]
    public static partial void Refused(ILogger logger, string member, RepositoryKey repository, int status, string reason);

    [LoggerMessage(EventIds.SiblingNotTrusted, LogLevel.Warning, "{Member} does not take this node for one of its fleet: do the secrets and the clocks agree?")]
    public static partial void NotTrusted(ILogger logger, string member);

    [LoggerMessage(EventIds.SiblingWrong, LogLevel.Error, "{Member} gave content that is not what was asked for; it is not asked for a while.")]
    public static partial void Wrong(ILogger logger, string member);
}
