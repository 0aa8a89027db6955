using EdgeCache.Testing.RealPrograms;
using Xunit;

namespace EdgeCache.FunctionalTests.RealParts;

/// <summary>One store for all tests with real programs, which run one after the other: they are heavy.</summary>
[CollectionDefinition(Name)]
public sealed class RealPartsCollection : ICollectionFixture<DockerRegistryStore>
{
    public const string Name = "real parts";
}
