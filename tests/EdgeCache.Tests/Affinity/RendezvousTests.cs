using EdgeCache.Core.Affinity;
using EdgeCache.Core.Oci;
using Xunit;

namespace EdgeCache.Tests.Affinity;

public sealed class RendezvousTests
{
    private const int Keys = 100_000;

    [Fact]
    public void FifthMember_TakesItsShareAndMovesNothingElse()
    {
        var four = Members(4);
        var five = Members(5);
        var moved = 0;
        for (var i = 0; i < Keys; i++)
        {
            var (before, after) = (HomeOf(KeyOf(i), four), HomeOf(KeyOf(i), five));
            if (before != after)
            {
                Assert.Equal(five[4].Hash, after);
                moved++;
            }
        }

        Assert.InRange(moved, Keys / 5 * 0.9, (Keys / 5) + (Keys * 0.02));
    }

    [Fact]
    public void MembersShareTheKeysByWeight()
    {
        (ulong, double)[] members = [.. Members(3), (Rendezvous.HashOf("http://edge-9:5000"), 2.0)];
        var shares = Enumerable.Range(0, Keys).CountBy(i => HomeOf(KeyOf(i), members)).ToDictionary();
        foreach (var (hash, weight) in members)
        {
            Assert.InRange(shares[hash], Keys * weight / 5 * 0.97, Keys * weight / 5 * 1.03);
        }
    }

    /// <summary>Balancers and nodes of other versions compute the same.</summary>
    [Fact]
    public void ScoresNeverChange()
    {
        var key = AffinityKey.Of(Digest.Parse("sha256:" + new string('a', 64)));
        Assert.Equal(0xAAAAAAAAAAAAAAAA, key.Bits);
        Assert.Equal(8.5401561326780122, Rendezvous.Score(key, Rendezvous.HashOf("http://10.0.0.1:5000"), 1), 1e-12);
    }

    [Fact]
    public void TagsOfARepositoryHaveOneHome_DigestsTheirOwn()
    {
        Assert.True(RepositoryName.TryParse("library/nginx", out var name));
        var repository = new RepositoryKey("docker.io", name);
        Assert.True(Reference.TryParse("1.25", out var tag));
        Assert.True(Reference.TryParse("latest", out var other));
        Assert.Equal(AffinityKey.Of(repository, tag), AffinityKey.Of(repository, other));
        var digest = Digest.Compute("x"u8);
        Assert.Equal(AffinityKey.Of(digest), AffinityKey.Of(repository, Reference.ByDigest(digest)));
        Assert.NotEqual(AffinityKey.Of(repository), AffinityKey.Of(repository with { Upstream = "quay.io" }));
    }

    [Fact]
    public void BoundedLoad_NoMemberIsFarAboveTheMean()
    {
        // 1,000 requests in flight at any time, popularity by Zipf's law: the most popular key alone is a tenth of all.
        const int InFlight = 1000;
        var members = Members(8);
        var loads = new int[members.Length];
        var flying = new Queue<int>();
        var random = new Random(4);
        var weights = Enumerable.Range(1, 2000).Select(rank => 1.0 / rank).ToArray();
        var cumulative = weights.Aggregate(new List<double>(), (sums, weight) => { sums.Add(weight + (sums.Count > 0 ? sums[^1] : 0)); return sums; });
        var most = 0;
        for (var i = 0; i < 50_000; i++)
        {
            var rank = cumulative.BinarySearch(random.NextDouble() * cumulative[^1]);
            var key = KeyOf(rank < 0 ? ~rank : rank);
            var capacity = BoundedLoad.Capacity(1.25, flying.Count, 1.0 / members.Length);
            var chosen = Enumerable.Range(0, members.Length).OrderByDescending(m => Rendezvous.Score(key, members[m].Hash, 1)).First(m => loads[m] < capacity);
            loads[chosen]++;
            flying.Enqueue(chosen);
            if (flying.Count > InFlight)
            {
                loads[flying.Dequeue()]--;
                most = Math.Max(most, loads.Max());
            }
        }

        Assert.InRange(most, InFlight / members.Length, (InFlight / members.Length * 1.25) + 1);
    }

    private static AffinityKey KeyOf(int i) => AffinityKey.Of(Digest.Compute(BitConverter.GetBytes(i)));

    private static (ulong Hash, double Weight)[] Members(int count) =>
        [.. Enumerable.Range(1, count).Select(i => (Rendezvous.HashOf($"http://edge-{i}:5000"), 1.0))];

    private static ulong HomeOf(AffinityKey key, (ulong Hash, double Weight)[] members) =>
        members.MaxBy(member => Rendezvous.Score(key, member.Hash, member.Weight)).Hash;
}
