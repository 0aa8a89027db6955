using EdgeCache.Testing.Synthetic;

namespace EdgeCache.Load.Workload;

/// <summary>Which image each pull asks for: popular ones by their ranks, and between them some that nobody asks for again. Safe for concurrent use.</summary>
internal sealed class ImageChoice
{
    private readonly Lock _drawing = new(); // Protects _random, _oneTimers, _inRow and _pulls.
    private readonly Random _random;
    private readonly IReadOnlyList<WantedImage> _images;
    private readonly RankPopularity _popularity;
    private readonly int _sameInARow;
    private double _oneTimerShare;
    private long _oneTimers;
    private int _inRow;
    private long _pulls;

    /// <param name="images">The most popular first.</param>
    /// <param name="oneTimerShare">Of the pulls.</param>
    /// <param name="sameInARow">How many pulls, one after the other, ask for the same one-timer: a deployment's clients.</param>
    public ImageChoice(IReadOnlyList<WantedImage> images, RankPopularity popularity, double oneTimerShare, int seed, int sameInARow = 1)
    {
        (_images, _popularity, _oneTimerShare, _sameInARow) = (images, popularity, oneTimerShare, sameInARow);
        _random = new Random(seed);
    }

    /// <summary>The share of the pulls that are of one-timers from now on.</summary>
    public double OneTimerShare
    {
        get => Volatile.Read(ref _oneTimerShare);
        set => Volatile.Write(ref _oneTimerShare, value);
    }

    /// <summary>The order of a trace, instead of chance; null is chance.</summary>
    public TraceOrder? Order { get; init; }

    /// <summary>The images of a synthetic registry, the most popular first.</summary>
    public static IReadOnlyList<WantedImage> ImagesOf(SyntheticSettings content) =>
        [.. Enumerable.Range(0, content.Images).Select(image => new WantedImage(content.RepositoryOf(image), SyntheticSettings.Tag))];

    public WantedImage Next()
    {
        lock (_drawing)
        {
            if (Order is not null)
            {
                var rank = Order.At(_pulls++);
                return rank < _images.Count ? _images[rank] : OneTimer(rank - _images.Count);
            }

            if (_random.NextDouble() >= OneTimerShare)
            {
                return _images[_popularity.At(_random.NextDouble())];
            }

            var number = _oneTimers;
            if (++_inRow == _sameInARow)
            {
                (_inRow, _oneTimers) = (0, _oneTimers + 1);
            }

            return OneTimer(number);
        }
    }

    private static WantedImage OneTimer(long number) => new(SyntheticSettings.RepositoryOfOneTimer(number), SyntheticSettings.Tag, IsOneTimer: true);
}
