using EdgeCache.Core.Fill;
using EdgeCache.Testing;
using Xunit;

namespace EdgeCache.Tests.Fill;

/// <summary>What the tests of fills do with readers and tables.</summary>
internal static class FillReading
{
    /// <summary>Follows a fill to its end, which must be good.</summary>
    public static async Task<byte[]> ReadAllAsync(this FillReader reader)
    {
        var content = new MemoryStream();
        var buffer = new byte[32 * 1024];
        while (true)
        {
            var progress = await reader.WaitAsync(content.Length, default);
            Assert.NotEqual(FillState.Failed, progress.State);
            if (content.Length == progress.TotalBytes)
            {
                return content.ToArray();
            }

            var count = (int)Math.Min(buffer.Length, progress.VisibleBytes - content.Length);
            content.Write(buffer, 0, await reader.Lease.ReadAsync(buffer.AsMemory(0, count), content.Length, default));
        }
    }

    /// <summary>Waits until no fill is in progress: published, and out of the table.</summary>
    public static Task EndAsync(this FillTable fills) => Eventually.TrueAsync(() => fills.Active == 0);
}
