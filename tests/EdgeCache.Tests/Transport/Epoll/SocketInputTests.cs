using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text;
using EdgeCache.Testing;
using EdgeCache.Transport;
using EdgeCache.Transport.Epoll;
using Xunit;

namespace EdgeCache.Tests.Transport.Epoll;

/// <summary>The test is the loop: it says when the socket has become readable.</summary>
public sealed class SocketInputTests : IDisposable
{
    private readonly SocketPair _pair = new();
    private readonly CountingMemoryPool _pool = new();
    private readonly SocketInput _input;

    public SocketInputTests()
    {
        LinuxSocket.MakeNonBlocking(_pair.Server.SafeHandle);
        _input = new SocketInput(_pair.Server.SafeHandle, _pool) { IsInline = true };
    }

    [Fact]
    public async Task BytesThatAreThere_AreReadAtOnce()
    {
        Send("hello");
        var read = _input.ReadAsync();
        Assert.True(read.IsCompleted);
        AssertText("hello", await read);
    }

    [Fact]
    public async Task NothingThere_WaitsWithoutABuffer_AndInlineGoesOnOnTheLoopsThread()
    {
        var read = _input.ReadAsync();
        Assert.False(read.IsCompleted);
        Assert.Equal(0, _pool.Rented);

        var thread = 0;
        OnCompleted(read, () => thread = Environment.CurrentManagedThreadId);
        Send("hello");
        _input.OnReadable(isPeerDone: false);
        Assert.Equal(Environment.CurrentManagedThreadId, thread);
        AssertText("hello", await read);
    }

    [Fact]
    public async Task EventInVain_TheReadWaitsOn()
    {
        var read = _input.ReadAsync();
        for (var round = 0; round < 3; round++)
        {
            _input.OnReadable(isPeerDone: false);
            Assert.False(read.IsCompleted);
            Assert.Equal(0, _pool.Rented);
        }

        Send("x");
        _input.OnReadable(isPeerDone: false);
        Assert.True(read.IsCompleted);
        AssertText("x", await read);
    }

    [Fact]
    public async Task EventBeforeTheRead_IsNotLost()
    {
        Assert.False(_input.TryRead(out _));
        Send("hello");
        _input.OnReadable(isPeerDone: false);
        var read = _input.ReadAsync();
        Assert.True(read.IsCompleted);
        AssertText("hello", await read);
    }

    [Fact]
    public async Task WithoutAnEvent_TheSocketIsNotAskedAgain()
    {
        Send("hello");
        Advance(await _input.ReadAsync(), 5, 5);
        Send("more");
        Assert.False(_input.TryRead(out _));
        Assert.Equal(0, _pool.Rented);
        _input.OnReadable(isPeerDone: false);
        Assert.True(_input.TryRead(out var result));
        AssertText("more", result);
    }

    [Fact]
    public async Task NotAllExamined_NextReadGivesTheRestAtOnce()
    {
        Send("first second");
        Advance(await _input.ReadAsync(), 6, 6);
        var rest = await _input.ReadAsync();
        AssertText("second", rest);
        Advance(rest, 0, 3);
        rest = await _input.ReadAsync();
        AssertText("second", rest);
        Advance(rest, 1, 5);
        Assert.True(_input.TryRead(out rest));
        AssertText("econd", rest);
    }

    [Fact]
    public async Task AllExaminedLittleConsumed_NextReadWaitsForMoreAndGivesBoth()
    {
        Send("first sec");
        Advance(await _input.ReadAsync(), 6, 9);
        var read = _input.ReadAsync();
        Assert.False(read.IsCompleted);
        Send("ond");
        _input.OnReadable(isPeerDone: false);
        AssertText("second", await read);
    }

    [Fact]
    public async Task MoreThanABlock_AllOfItIsReadWithOneEvent()
    {
        var text = string.Concat(Enumerable.Range(0, 10_000).Select(index => $"{index},"));
        Send(text);
        await Eventually.TrueAsync(() => _pair.Server.Available == text.Length);
        ReadResult result;
        do
        {
            result = await _input.ReadAsync();
            Advance(result, 0, (int)result.Buffer.Length);
        }
        while (result.Buffer.Length < text.Length);
        AssertText(text, result);
        Advance(result, text.Length, text.Length);
        Assert.False(_input.ReadAsync().IsCompleted);
        Assert.Equal(0, _pool.Rented);
    }

    [Fact]
    public async Task CancelPendingRead_EndsTheReadAsCanceled_AndOnlyThatOne()
    {
        Send("abc");
        Advance(await _input.ReadAsync(), 1, 3);
        var read = _input.ReadAsync();
        _input.CancelPendingRead();
        var result = await read;
        Assert.True(result.IsCanceled);
        Assert.False(result.IsCompleted);
        AssertText("bc", result);
        Advance(result, 0, 2);
        Assert.False(_input.ReadAsync().IsCompleted);
    }

    [Fact]
    public async Task CancelPendingRead_WhileNobodyReads_EndsTheNextRead()
    {
        _input.CancelPendingRead();
        Assert.True((await _input.ReadAsync()).IsCanceled);
        _input.CancelPendingRead();
        Assert.True(_input.TryRead(out var result));
        Assert.True(result.IsCanceled);
        Assert.False(_input.TryRead(out _));
    }

    [Fact]
    public async Task Token_EndsThePendingRead_AndTheNextOneReads()
    {
        using var source = new CancellationTokenSource();
        var read = _input.ReadAsync(source.Token);
        await source.CancelAsync();
        var exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await read);
        Assert.Equal(source.Token, exception.CancellationToken);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await _input.ReadAsync(source.Token));

        Send("hello");
        _input.OnReadable(isPeerDone: false);
        AssertText("hello", await _input.ReadAsync());
    }

    [Fact]
    public async Task TokenCancelledAfterTheRead_DoesNothing()
    {
        using var source = new CancellationTokenSource();
        var read = _input.ReadAsync(source.Token);
        Send("a");
        _input.OnReadable(isPeerDone: false);
        Advance(await read, 1, 1);
        var next = _input.ReadAsync();
        await source.CancelAsync();
        Assert.False(next.IsCompleted);
        Send("b");
        _input.OnReadable(isPeerDone: false);
        AssertText("b", await next);
    }

    [Fact]
    public async Task BytesAndEndWithOneEvent_AreBothRead()
    {
        var read = _input.ReadAsync();
        Send("last");
        _pair.Client.Shutdown(SocketShutdown.Send);
        await Eventually.TrueAsync(() => _pair.Server.Available == 4);
        _input.OnReadable(isPeerDone: true);
        var result = await read;
        AssertText("last", result);
        Advance(result, 4, 4);

        result = await _input.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));
        Assert.True(result.IsCompleted);
        Assert.True(result.Buffer.IsEmpty);
    }

    [Fact]
    public async Task End_GivesWhatWasNotConsumed_AgainAndAgain()
    {
        Send("rest");
        Advance(await _input.ReadAsync(), 1, 4);
        _pair.Client.Shutdown(SocketShutdown.Send);
        var read = _input.ReadAsync();
        await Eventually.TrueAsync(() => _pair.Server.Poll(0, SelectMode.SelectRead));
        _input.OnReadable(isPeerDone: true);
        for (var round = 0; round < 2; round++)
        {
            var result = await read;
            Assert.True(result.IsCompleted);
            AssertText("est", result);
            Advance(result, 0, 3);
            read = _input.ReadAsync();
        }

        _input.Complete();
        Assert.Equal(0, _pool.Rented);
    }

    [Fact]
    public async Task Reset_IsAnEnd()
    {
        var read = _input.ReadAsync();
        _pair.Client.Close(0);
        await Eventually.TrueAsync(() => _pair.Server.Poll(0, SelectMode.SelectRead));
        _input.OnReadable(isPeerDone: true);
        Assert.True((await read).IsCompleted);
    }

    [Fact]
    public async Task Close_EndsThePendingReadAndEveryLaterOne()
    {
        var read = _input.ReadAsync();
        _pair.Server.Dispose();
        _input.Close();
        Assert.True((await read).IsCompleted);
        Assert.True((await _input.ReadAsync()).IsCompleted);
        Assert.Equal(0, _pool.Rented);
    }

    [Fact]
    public async Task SecondReadWhileOneIsPending_IsRefused_AndTheFirstGoesOn()
    {
        var read = _input.ReadAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await _input.ReadAsync());
        Assert.Throws<InvalidOperationException>(() => _input.TryRead(out _));
        Send("hello");
        _input.OnReadable(isPeerDone: false);
        AssertText("hello", await read);
    }

    [Fact]
    public void CompletedWithBytesUnread_GivesTheBlockBack()
    {
        Send("hello");
        Assert.True(_input.TryRead(out var result));
        Advance(result, 1, 1);
        Assert.Equal(1, _pool.Rented);
        _input.Complete();
        _input.Complete();
        Assert.Equal(0, _pool.Rented);
    }

    [Fact]
    public async Task ReadsWithoutEnd_GoThroughThePoolNowAndThen()
    {
        Send(new string('x', 1000));
        await Eventually.TrueAsync(() => _pair.Server.Available == 1000);
        var waited = 0;
        for (var index = 0; index < 1000; index++)
        {
            var read = _input.ReadAsync();
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
                await _pair.Client.SendAsync(piece);
            }
        });
        var canceling = RepeatAsync(_input.CancelPendingRead);
        var telling = RepeatAsync(() => _input.OnReadable(isPeerDone: false));
        var got = new List<byte>();
        while (got.Count < sent.Length)
        {
            var result = await _input.ReadAsync();
            got.AddRange(result.Buffer.ToArray());
            _input.AdvanceTo(result.Buffer.End);
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

    public void Dispose() => _pair.Dispose();

    /// <summary>Without the test's own scheduler.</summary>
    private static void OnCompleted(ValueTask<ReadResult> read, Action action) => read.ConfigureAwait(false).GetAwaiter().OnCompleted(action);

    private static void AssertText(string expected, ReadResult result) => Assert.Equal(expected, Encoding.ASCII.GetString(result.Buffer));

    private void Advance(ReadResult result, int consumed, int examined) =>
        _input.AdvanceTo(result.Buffer.GetPosition(consumed), result.Buffer.GetPosition(examined));

    /// <summary>To an empty socket; it has bytes when this returns.</summary>
    private void Send(string text)
    {
        _pair.Client.Send(Encoding.ASCII.GetBytes(text));
        Assert.True(_pair.Server.Poll(TimeSpan.FromSeconds(30), SelectMode.SelectRead));
    }
}
