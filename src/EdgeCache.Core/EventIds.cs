namespace EdgeCache.Core;

/// <summary>The ids of Core's log messages: 3000–3499, unique, never reused. The executable's stand in its Telemetry room.</summary>
internal static class EventIds
{
    public const int BlobWrongLength = 3000;
    public const int BlobForeignFile = 3001;
    public const int BlobLastUseNotRecorded = 3002;
    public const int BlobNotQuarantined = 3003;
    public const int BlobNotRemoved = 3004;

    public const int StoreOpened = 3100;
    public const int StoreScanned = 3101;
    public const int StoreScanFailed = 3102;
    public const int StoreBlobDamaged = 3103;
    public const int DiskFull = 3104;
    public const int DiskFailed = 3105;
    public const int DiskRecovered = 3106;
    public const int DiskNotMeasured = 3107;
    public const int ScrubStarted = 3108;
    public const int ScrubEnded = 3109;
    public const int ScrubLate = 3110;
    public const int ScrubFailed = 3111;
    public const int StorePassedThrough = 3112;
    public const int StoreUnfinishedLost = 3150;

    public const int FillStarted = 3200;
    public const int FillCompleted = 3201;
    public const int FillSourceFailed = 3202;
    public const int FillFailed = 3203;
    public const int FillNotStored = 3204;
    public const int ManifestRefused = 3205;
    public const int TagServedStale = 3206;
    public const int FillCrashed = 3207;
    public const int FillResumed = 3220;
    public const int RefetchFailed = 3221;

    public const int IndexReplayed = 3300;
    public const int IndexJournalDamaged = 3301;
    public const int IndexCompacted = 3302;
    public const int IndexJournalFailed = 3303;
    public const int IndexDiskFailed = 3304;
    public const int IndexRecordDamaged = 3305;
    public const int IndexReadTimedOut = 3306;
    public const int IndexBackgroundFailed = 3307;
    public const int IndexStoreCompacted = 3308;

    public const int EvictionEvicted = 3400;
    public const int EvictionRemoverFailed = 3401;
    public const int EvictionStuck = 3402;
}
