using EdgeCache.Configuration;

namespace EdgeCache.Load.Cli;

/// <summary>A size or a rate on the command line, which help shows with its unit.</summary>
internal readonly record struct ByteCount(long Bytes)
{
    public override string ToString() => ByteSize.Format(Bytes);
}
