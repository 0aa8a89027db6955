namespace EdgeCache.Load.Scenarios;

/// <summary>How a client at the branch gets a blob.</summary>
internal enum TierWay
{
    /// <summary>From the registry itself, over both links.</summary>
    Direct,

    /// <summary>From the branch's node; nobody has it but the registry.</summary>
    Cold,

    /// <summary>From the branch's node; the region has it.</summary>
    RegionWarm,

    /// <summary>From the branch's node, which has it.</summary>
    BranchWarm,
}
