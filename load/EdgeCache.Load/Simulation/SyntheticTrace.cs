using System.Globalization;
using EdgeCache.Load.Workload;

namespace EdgeCache.Load.Simulation;

/// <summary>Makes traces like those of a large public registry: some objects are wanted again and again, two thirds are asked for once and never more. The same for the same seed.</summary>
internal static class SyntheticTrace
{
    /// <summary>Of all distinct objects, how many are asked for once.</summary>
    private const double OnceShare = 0.68;

    /// <summary>How many requests there are for a distinct object.</summary>
    private const double RequestsPerObject = 3.2;

    /// <summary>Manifests for a blob.</summary>
    private const double ManifestShare = 0.5;

    /// <param name="requests">For blobs; there are manifests besides.</param>
    public static TraceContent Create(int requests, int seed, ObjectSizes sizes)
    {
        var random = new Random(seed);
        var blobs = Create(requests, random, "b", sizes.Of);
        var manifests = Create((int)(requests * ManifestShare), random, "m", _ => 2048);
        return new TraceContent($"synthetic, seed {seed.ToString(CultureInfo.InvariantCulture)}", blobs, manifests, 0);
    }

    private static RequestTrace Create(int requests, Random random, string prefix, Func<string, long> sizeOf)
    {
        var objects = requests / RequestsPerObject;
        var popularity = new RankPopularity(Math.Max(1, (int)(objects * (1 - OnceShare))));
        var onceChance = objects * OnceShare / requests;
        var builder = new RequestTraceBuilder();
        for (var number = 0; number < requests; number++)
        {
            var key = random.NextDouble() < onceChance ? string.Create(CultureInfo.InvariantCulture, $"{prefix}-once-{number}")
                : string.Create(CultureInfo.InvariantCulture, $"{prefix}-{popularity.At(random.NextDouble())}");
            builder.Add(key, sizeOf);
        }

        return builder.Build();
    }
}
