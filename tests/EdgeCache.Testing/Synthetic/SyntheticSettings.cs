namespace EdgeCache.Testing.Synthetic;

/// <summary>What content a <see cref="SyntheticRegistry"/> has: the same settings give the same bytes.</summary>
/// <param name="Seed">Of everything.</param>
/// <param name="Images">How many images are known from the start; at least 1.</param>
/// <param name="Scale">What blobs' real sizes are multiplied by; manifests and configurations keep theirs.</param>
public sealed record SyntheticSettings(int Seed, int Images, double Scale)
{
    /// <summary>Images that are pulled once each come from so many; then the first one's turn comes again. Bounds what the registry knows.</summary>
    public const int OneTimers = 1 << 16;

    /// <summary>Images that share their base layers.</summary>
    public const int ImagesInFamily = 8;

    public const string Tag = "latest";

    /// <summary>The repository of an image.</summary>
    /// <param name="image">From 0.</param>
    public string RepositoryOf(int image) => $"synthetic/family-{FamilyOf(image)}/image-{image}";

    /// <summary>The repository of an image that is meant to be pulled once.</summary>
    /// <param name="number">From 0; reduced to the <see cref="OneTimers"/>.</param>
    public static string RepositoryOfOneTimer(long number) => $"synthetic/once/image-{number % OneTimers}";

    /// <summary>Neighbours in popularity belong to different families.</summary>
    public int FamilyOf(int image) => image % ((Images + ImagesInFamily - 1) / ImagesInFamily);
}
