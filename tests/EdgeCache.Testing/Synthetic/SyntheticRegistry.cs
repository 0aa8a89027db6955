using System.Collections.Concurrent;
using System.Globalization;
using EdgeCache.Core.Oci;
using EdgeCache.Demo;
using EdgeCache.Testing.Origin;

namespace EdgeCache.Testing.Synthetic;

/// <summary>
/// Images as registries have them, with sizes of a real trace and layers that families share, held as numbers and not as bytes. The first
/// <see cref="SyntheticSettings.Images"/> are there from the start and can get new versions; one-timers are made when they are asked for. Safe for concurrent use.
/// </summary>
public sealed class SyntheticRegistry : IOriginSource
{
    private const int MaxFamilyLayers = 3;

    /// <summary>One-timers that are known at once: far more than are pulled at once.</summary>
    private const int KeptOneTimers = 4096;
    private const string ImagePrefix = "/image-";

    private readonly SyntheticSettings _settings;
    private readonly SyntheticImage[] _images;

    /// <summary>Under their numbers modulo <see cref="KeptOneTimers"/>: the last one of each place.</summary>
    private readonly ConcurrentDictionary<int, (int Number, Lazy<SyntheticImage> Image)> _oneTimers = new();
    private int _deployments;

    private SyntheticRegistry(SyntheticSettings settings, SyntheticImage[] images) => (_settings, _images) = (settings, images);

    /// <summary>Of all different blobs of the images as they stand, without one-timers.</summary>
    public long Bytes => _images.SelectMany(image => image.Versions[0].Blobs).DistinctBy(blob => blob.Key).Sum(blob => blob.Value.Length);

    /// <summary>Makes all images and hashes their blobs, on all processors.</summary>
    public static SyntheticRegistry Create(SyntheticSettings settings)
    {
        var families = new SyntheticBlob[settings.Images][];
        Parallel.For(0, Enumerable.Range(0, settings.Images).Max(settings.FamilyOf) + 1, family => families[family] = CreateFamily(settings, family));
        var images = new SyntheticImage[settings.Images];
        Parallel.For(0, images.Length, image => images[image] = new SyntheticImage(Identity(settings, 1, image), settings.Scale, families[settings.FamilyOf(image)]));
        return new SyntheticRegistry(settings, images);
    }

    /// <summary>A deploy wave: this share of the images, others each time, gets a new version.</summary>
    /// <returns>How many.</returns>
    public int Deploy(double share)
    {
        var wave = Interlocked.Increment(ref _deployments);
        var chosen = Enumerable.Range(0, _images.Length)
            .Where(image => SyntheticBlob.Mix(Identity(_settings, 2, image) + (ulong)wave) < share * ulong.MaxValue)
            .ToList();
        Parallel.ForEach(chosen, image => _images[image].Deploy());
        return chosen.Count;
    }

    public (Digest Digest, SampleManifest Manifest)? FindManifest(string repository, Reference reference) => FindImage(repository)?.FindManifest(reference);

    public OriginBody? FindBlob(string repository, Digest digest) => FindImage(repository)?.FindBlob(digest);

    private static SyntheticBlob[] CreateFamily(SyntheticSettings settings, int family)
    {
        var identity = Identity(settings, 3, family);
        return [.. Enumerable.Range(0, 1 + (int)(SyntheticBlob.Mix(identity) % MaxFamilyLayers))
            .Select(layer => SyntheticImage.CreateLayer(SyntheticBlob.Mix(identity + (ulong)layer + 1), settings.Scale))];
    }

    private static ulong Identity(SyntheticSettings settings, int purpose, int number) =>
        SyntheticBlob.Mix(SyntheticBlob.Mix(((ulong)(uint)settings.Seed << 8) + (ulong)purpose) + (ulong)number);

    private SyntheticImage? FindImage(string repository)
    {
        var last = repository.LastIndexOf(ImagePrefix, StringComparison.Ordinal);
        if (last < 0 || !int.TryParse(repository.AsSpan(last + ImagePrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return null;
        }

        return number < _images.Length && _settings.RepositoryOf(number) == repository ? _images[number]
            : SyntheticSettings.RepositoryOfOneTimer(number) == repository ? FindOneTimer(number)
            : null;
    }

    private SyntheticImage FindOneTimer(int number) => _oneTimers.AddOrUpdate(
        number % KeptOneTimers,
        _ => CreateOneTimer(number),
        (_, known) => known.Number == number ? known : CreateOneTimer(number)).Image.Value;

    private (int Number, Lazy<SyntheticImage> Image) CreateOneTimer(int number) =>
        (number, new Lazy<SyntheticImage>(() => new SyntheticImage(Identity(_settings, 4, number), _settings.Scale, [])));
}
