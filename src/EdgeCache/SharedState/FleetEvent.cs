using System.Diagnostics.CodeAnalysis;
using EdgeCache.Core.Oci;

namespace EdgeCache.SharedState;

/// <summary>One thing that a node tells the others. A digest's purge and denial concern every repository.</summary>
/// <param name="Repository">Where the reference is; null where it is a digest that is meant everywhere.</param>
internal sealed record FleetEvent(FleetEventKind Kind, RepositoryKey? Repository, Reference Reference)
{
    private const string Nowhere = "-";
    private const int Parts = 6;

    public static FleetEvent PurgeDigest(in Digest digest) => new(FleetEventKind.Purge, null, Reference.ByDigest(digest));

    /// <exception cref="ArgumentException">The reference is a digest.</exception>
    public static FleetEvent PurgeTag(RepositoryKey repository, in Reference tag) =>
        tag.IsDigest ? throw new ArgumentException("A digest is no tag.", nameof(tag)) : new(FleetEventKind.Purge, repository, tag);

    public static FleetEvent Warm(RepositoryKey repository, in Reference reference) => new(FleetEventKind.Warm, repository, reference);

    public static FleetEvent Deny(in Digest digest) => new(FleetEventKind.Deny, null, Reference.ByDigest(digest));

    /// <summary><c>milliseconds sender kind upstream repository reference</c>.</summary>
    public string Format(string sender, DateTimeOffset time) => string.Join(
        ' ', UnixTime.Format(time), sender, Kind, Repository?.Upstream ?? Nowhere, Repository?.Repository.Value ?? Nowhere, Reference);

    public static bool TryParse(string text, [NotNullWhen(true)] out FleetEvent? message, out string sender, out DateTimeOffset time)
    {
        message = null;
        var parts = text.Split(' ', Parts + 1);
        sender = parts.Length == Parts ? parts[1] : string.Empty;
        time = default;
        if (parts.Length != Parts
            || !UnixTime.TryParse(parts[0], out time)
            || !Enum.TryParse<FleetEventKind>(parts[2], out var kind) || !Enum.IsDefined(kind)
            || !Reference.TryParse(parts[5], out var reference))
        {
            return false;
        }

        RepositoryKey? repository = null;
        if (parts[4] != Nowhere)
        {
            if (!RepositoryName.TryParse(parts[4], out var name))
            {
                return false;
            }

            repository = new RepositoryKey(parts[3], name);
        }

        // A tag means nothing without its repository, nor does a warm-up.
        message = new FleetEvent(kind, repository, reference);
        return repository is not null ? kind != FleetEventKind.Deny : reference.IsDigest && kind != FleetEventKind.Warm;
    }
}
