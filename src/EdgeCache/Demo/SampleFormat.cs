namespace EdgeCache.Demo;

/// <summary>Whose media types a sample image speaks.</summary>
public enum SampleFormat
{
    /// <summary>The OCI image specification's.</summary>
    Oci,

    /// <summary>Docker's schema 2 and manifest list.</summary>
    Docker,
}
