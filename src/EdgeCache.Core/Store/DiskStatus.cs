using EdgeCache.Core.Blobs;

namespace EdgeCache.Core.Store;

/// <summary>How the cache's disk is. A snapshot.</summary>
/// <param name="Fault">None where it takes what is stored.</param>
/// <param name="Reason">What it said when it failed; empty where it has not. Names paths of this machine: for the operator only.</param>
/// <param name="Space">As it was last measured.</param>
public sealed record DiskStatus(DiskFault Fault, string Reason, DiskSpace Space);
