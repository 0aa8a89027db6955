using System.Buffers;
using System.IO.Pipelines;
using EdgeCache.Testing;
using EdgeCache.Transport.Epoll;
using Xunit;

namespace EdgeCache.Tests.Transport.Epoll;

/// <summary>What is read, and when it is waited for.</summary>
public sealed class SocketInputTests : SocketInputScenario
{
    [Fact]
    public async Task BytesThatAreThere_AreReadAtOnce()
    {
        Send("hello");
        var read = Input.ReadAsync();
        Assert.True(read.IsCompleted);
        AssertText("hello", await read);
    }

    [Fact]
    public async Task NothingThere_WaitsWithoutABuffer_AndInlineGoesOnOnTheLoopsThread()
    {
        var read = Input.ReadAsync();
        Assert.False(read.IsCompleted);
        Assert.Equal(0, Pool.Rented);

        var thread = 0;
        OnCompleted(read, () => thread = Environment.CurrentManagedThreadId);
        Send("hello");
        Input.OnReadable(isPeerDone: false);
        Assert.Equal(Environment.CurrentManagedThreadId, thread);
        AssertText("hello", await read);
    }

    [Fact]
    public async Task EventInVain_TheReadWaitsOn()
    {
        var read = Input.ReadAsync();
        for (var round = 0; round < 3; round++)
        {
            Input.OnReadable(isPeerDone: false);
            Assert.False(read.IsCompleted);
            Assert.Equal(0, Pool.Rented);
        }

        Send("x");
        Input.OnReadable(isPeerDone: false);
        Assert.True(read.IsCompleted);
        AssertText("x", await read);
    }

    [Fact]
    public async Task EventBeforeTheRead_IsNotLost()
    {
        Assert.False(Input.TryRead(out _));
        Send("hello");
        Input.OnReadable(isPeerDone: false);
        var read = Input.ReadAsync();
        Assert.True(read.IsCompleted);
        AssertText("hello", await read);
    }

    [Fact]
    public async Task WithoutAnEvent_TheSocketIsNotAskedAgain()
    {
        Send("hello");
        Advance(await Input.ReadAsync(), 5, 5);
        Send("more");
        Assert.False(Input.TryRead(out _));
        Assert.Equal(0, Pool.Rented);
        Input.OnReadable(isPeerDone: false);
        Assert.True(Input.TryRead(out var result));
        AssertText("more", result);
    }

    [Fact]
    public async Task NotAllExamined_NextReadGivesTheRestAtOnce()
    {
        Send("first second");
        Advance(await Input.ReadAsync(), 6, 6);
        var rest = await Input.ReadAsync();
        AssertText("second", rest);
        Advance(rest, 0, 3);
        rest = await Input.ReadAsync();
        AssertText("second", rest);
        Advance(rest, 1, 5);
        Assert.True(Input.TryRead(out rest));
        AssertText("econd", rest);
    }

    [Fact]
    public async Task AllExaminedLittleConsumed_NextReadWaitsForMoreAndGivesBoth()
    {
        Send("first sec");
        Advance(await Input.ReadAsync(), 6, 9);
        var read = Input.ReadAsync();
        Assert.False(read.IsCompleted);
        Send("ond");
        Input.OnReadable(isPeerDone: false);
        AssertText("second", await read);
    }

    [Fact]
    public async Task MoreThanABlock_AllOfItIsReadWithOneEvent()
    {
        var text = string.Concat(Enumerable.Range(0, 10_000).Select(index => $"{index},"));
        Send(text);
        await Eventually.TrueAsync(() => Pair.Server.Available == text.Length);
        ReadResult result;
        do
        {
            result = await Input.ReadAsync();
            Advance(result, 0, (int)result.Buffer.Length);
        }
        while (result.Buffer.Length < text.Length);
        AssertText(text, result);
        Advance(result, text.Length, text.Length);
        Assert.False(Input.ReadAsync().IsCompleted);
        Assert.Equal(0, Pool.Rented);
    }

    [Fact]
    public async Task SecondReadWhileOneIsPending_IsRefused_AndTheFirstGoesOn()
    {
        var read = Input.ReadAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await Input.ReadAsync());
        Assert.Throws<InvalidOperationException>(() => Input.TryRead(out _));
        Send("hello");
        Input.OnReadable(isPeerDone: false);
        AssertText("hello", await read);
    }

    [Fact]
    public async Task ReadsWithoutEnd_GoThroughThePoolNowAndThen()
    {
        Send(new string('x', 1000));
        await Eventually.TrueAsync(() => Pair.Server.Available == 1000);
        var waited = 0;
        for (var index = 0; index < 1000; index++)
        {
            var read = Input.ReadAsync();
            waited += read.IsCompleted ? 0 : 1;
            var result = await read;
            Assert.Equal(1000 - index, result.Buffer.Length);
            Advance(result, 1, 1);
        }

        // One that the pool was quick to end counts as one that was not sent there.
        Assert.InRange(waited, 1, 1000 / SocketInput.MaxReadsInARow);
    }

    [Fact]
    public async Task CancelsEventsAndBytesAtOnce_EveryByteIsReadOnce()
    {
        var sent = new byte[200_000];
        new Random(7).NextBytes(sent);
        using var done = new CancellationTokenSource();
        var sending = Task.Run(async () =>
        {
            foreach (var piece in sent.Chunk(333))
            {
                await Pair.Client.SendAsync(piece);
            }
        });
        var canceling = RepeatAsync(Input.CancelPendingRead);
        var telling = RepeatAsync(() => Input.OnReadable(isPeerDone: false));
        var got = new List<byte>();
        while (got.Count < sent.Length)
        {
            var result = await Input.ReadAsync();
            got.AddRange(result.Buffer.ToArray());
            Input.AdvanceTo(result.Buffer.End);
        }

        await done.CancelAsync();
        await Task.WhenAll(sending, canceling, telling);
        Assert.Equal(sent, got);

        async Task RepeatAsync(Action action)
        {
            while (!done.IsCancellationRequested)
            {
                action();
                await Task.Delay(1);
            }
        }
    }
}
