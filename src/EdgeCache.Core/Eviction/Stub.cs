using EdgeCache.Core.Index;
using EdgeCache.Core.Oci;
using Microsoft.Extensions.Logging;
namespace EdgeCache.Core.Eviction;
public enum VictimRemoval { Freed, Doomed }
public interface IVictimRemover { VictimRemoval Remove(in Digest digest, BlobPool pool); }
public sealed record EvictionOptions { public long LimitBytes { get; init; } }
public sealed class Evictor(EvictionOptions o, IVictimRemover r, TimeProvider c, ILogger l) : IAsyncDisposable {
  public long LimitBytes(BlobPool p) => o.LimitBytes;
  public void Reserve(BlobPool p, long b) { _ = (r, c, l); } public void ReleaseReservation(BlobPool p, long b) { }
  public void Released(BlobPool p, long b) { }
  public int Add(BlobPool p, in Digest d, long s, DateTimeOffset t) => 0; public void Touch(BlobPool p, int s) { } public void Remove(BlobPool p, int s) { }
  public ValueTask DisposeAsync() => default;
}
