using EdgeCache.Core.Fill;
using EdgeCache.Core.Oci;

namespace EdgeCache.Lab.Simulation;

/// <summary>A question that upstream was asked and has not answered.</summary>
/// <param name="IsFill">A fill's; else a confirmation's.</param>
internal sealed record SimQuestion(RepositoryKey Repository, Digest Digest, long Offset, bool IsFill, TaskCompletionSource<OriginAnswer> Answer);
