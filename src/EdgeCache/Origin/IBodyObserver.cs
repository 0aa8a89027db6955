namespace EdgeCache.Origin;

/// <summary>Told by a <see cref="StallGuardStream"/> what its reader sees.</summary>
internal interface IBodyObserver
{
    void BytesRead(int bytes);

    /// <summary>Once, when the body stalls or breaks off.</summary>
    void BodyBroken(string reason);
}
