namespace EdgeCache.Core.Oci;

/// <summary>
/// The error codes of the OCI distribution specification ("Error Codes"), and Unknown, which has no code there but is what registries use for
/// faults of their own (PROTOCOL 22).
/// </summary>
public enum OciErrorCode
{
    Unknown = 0,
    BlobUnknown,
    BlobUploadInvalid,
    BlobUploadUnknown,
    DigestInvalid,
    ManifestBlobUnknown,
    ManifestInvalid,
    ManifestUnknown,
    NameInvalid,
    NameUnknown,
    SizeInvalid,
    Unauthorized,
    Denied,
    Unsupported,
    TooManyRequests,
}
