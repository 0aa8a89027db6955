using EdgeCache.Core.Oci;
using EdgeCache.Demo;

namespace EdgeCache.Testing.Origin;

/// <summary>What an origin has, changeable while it serves. Safe for concurrent use.</summary>
public sealed class OriginContent
{
    // Protects all three tables.
    private readonly Lock _gate = new();
    private readonly Dictionary<string, SampleRepository> _repositories = [];
    private readonly Dictionary<(string Repository, string Tag), Digest> _movedTags = [];
    private readonly HashSet<Digest> _removed = [];

    /// <summary>What is asked for what the repositories have not; null is nothing. Set before the origin is asked anything.</summary>
    public IOriginSource? Source { get; set; }

    public IReadOnlyList<SampleRepository> Repositories
    {
        get
        {
            lock (_gate)
            {
                return [.. _repositories.Values];
            }
        }
    }

    /// <summary>Adds a repository, or puts another in its place.</summary>
    public void Add(SampleRepository repository)
    {
        lock (_gate)
        {
            _repositories[repository.Name.Value] = repository;
        }
    }

    /// <summary>Points a tag at a manifest of its repository.</summary>
    public void MoveTag(string repository, string tag, Digest digest)
    {
        lock (_gate)
        {
            _movedTags[(repository, tag)] = digest;
        }
    }

    /// <summary>Takes a tag away.</summary>
    public void RemoveTag(string repository, string tag) => MoveTag(repository, tag, default);

    /// <summary>Takes a manifest or a blob away, in every repository.</summary>
    public void Remove(Digest digest)
    {
        lock (_gate)
        {
            _removed.Add(digest);
        }
    }

    internal SampleRepository? FindRepository(string name)
    {
        lock (_gate)
        {
            return _repositories.GetValueOrDefault(name);
        }
    }

    internal (Digest Digest, SampleManifest Manifest)? FindManifest(string repository, string reference)
    {
        if (!Reference.TryParse(reference, out var parsed))
        {
            return null;
        }

        if (Source?.FindManifest(repository, parsed) is { } made)
        {
            return made;
        }

        lock (_gate)
        {
            if (!_repositories.TryGetValue(repository, out var found))
            {
                return null;
            }

            var digest = parsed.Digest;
            if (parsed.Tag is { } tag && !_movedTags.TryGetValue((repository, tag), out digest) && !found.Tags.TryGetValue(tag, out digest))
            {
                return null;
            }

            return !_removed.Contains(digest) && found.Manifests.TryGetValue(digest, out var manifest) ? (digest, manifest) : null;
        }
    }

    /// <summary>A blob of one repository, or of any where the name is empty.</summary>
    internal OriginBody? FindBlob(string repository, Digest digest)
    {
        if (Source?.FindBlob(repository, digest) is { } made)
        {
            return made;
        }

        lock (_gate)
        {
            if (_removed.Contains(digest))
            {
                return null;
            }

            var found = _repositories.Values
                .Where(candidate => repository.Length == 0 || candidate.Name.Value == repository)
                .Select(candidate => candidate.Blobs.GetValueOrDefault(digest)).FirstOrDefault(blob => blob is not null);
            return found is null ? null : OriginBody.Of(found);
        }
    }

    internal IReadOnlyList<string>? ListTags(string repository)
    {
        lock (_gate)
        {
            if (!_repositories.TryGetValue(repository, out var found))
            {
                return null;
            }

            var moved = _movedTags.Where(entry => entry.Key.Repository == repository).ToList();
            return [.. found.Tags.Keys
                .Except(moved.Where(entry => entry.Value.IsNone).Select(entry => entry.Key.Tag))
                .Union(moved.Where(entry => !entry.Value.IsNone).Select(entry => entry.Key.Tag))
                .Order(StringComparer.Ordinal)];
        }
    }
}
