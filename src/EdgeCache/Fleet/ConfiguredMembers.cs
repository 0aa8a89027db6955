namespace EdgeCache.Fleet;

/// <summary>The nodes that configuration names, this one among them.</summary>
internal sealed class ConfiguredMembers(FleetOptions options) : IMemberSource
{
    private readonly IReadOnlyList<MemberAddress> _members =
        options.Self is { } self && !options.Members.Any(member => member.Url == self) ? [.. options.Members, new MemberAddress(self)] : options.Members;

    public ValueTask<IReadOnlyList<MemberAddress>?> ListAsync(CancellationToken cancellationToken) => new(_members);
}
