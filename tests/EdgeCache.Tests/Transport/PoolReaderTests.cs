using System.Buffers;
using System.IO.Pipelines;
using EdgeCache.Transport;
using Xunit;

namespace EdgeCache.Tests.Transport;

public sealed class PoolReaderTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Read_AfterAWait_GoesOnOnThePoolIfToldSo(bool entersPool)
    {
        var pipe = new Pipe(new PipeOptions(readerScheduler: PipeScheduler.Inline, useSynchronizationContext: false));
        var reader = new PoolReader(pipe.Reader);
        if (entersPool)
        {
            reader.EnterPool();
        }

        var seen = new TaskCompletionSource<Task<bool>>(TaskCreationOptions.RunContinuationsAsynchronously);
        var sockets = new Thread(() =>
        {
            // The read waits before the bytes are there, and they come on this thread, which is none of the pool.
            seen.SetResult(ReadAsync(reader));
            pipe.Writer.Write("bytes"u8);
            Assert.True(pipe.Writer.FlushAsync().IsCompletedSuccessfully);
        });
        sockets.Start();

        Assert.Equal(entersPool, await await seen.Task);
        sockets.Join();
    }

    private static async Task<bool> ReadAsync(PoolReader reader)
    {
        var read = await reader.ReadAsync();
        reader.AdvanceTo(read.Buffer.End);
        return PoolThread.IsCurrent;
    }
}
