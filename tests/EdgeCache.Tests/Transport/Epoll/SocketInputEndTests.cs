using System.Net.Sockets;
using EdgeCache.Testing;
using Xunit;

namespace EdgeCache.Tests.Transport.Epoll;

/// <summary>How a read ends without bytes: cancelled, by the end of the connection, by its close.</summary>
public sealed class SocketInputEndTests : SocketInputScenario
{
    [Fact]
    public async Task CancelPendingRead_EndsTheReadAsCanceled_AndOnlyThatOne()
    {
        Send("abc");
        Advance(await Input.ReadAsync(), 1, 3);
        var read = Input.ReadAsync();
        Input.CancelPendingRead();
        var result = await read;
        Assert.True(result.IsCanceled);
        Assert.False(result.IsCompleted);
        AssertText("bc", result);
        Advance(result, 0, 2);
        Assert.False(Input.ReadAsync().IsCompleted);
    }

    [Fact]
    public async Task CancelPendingRead_WhileNobodyReads_EndsTheNextRead()
    {
        Input.CancelPendingRead();
        Assert.True((await Input.ReadAsync()).IsCanceled);
        Input.CancelPendingRead();
        Assert.True(Input.TryRead(out var result));
        Assert.True(result.IsCanceled);
        Assert.False(Input.TryRead(out _));
    }

    [Fact]
    public async Task Token_EndsThePendingRead_AndTheNextOneReads()
    {
        using var source = new CancellationTokenSource();
        var read = Input.ReadAsync(source.Token);
        await source.CancelAsync();
        var exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await read);
        Assert.Equal(source.Token, exception.CancellationToken);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Input.ReadAsync(source.Token));

        Send("hello");
        Input.OnReadable(isPeerDone: false);
        AssertText("hello", await Input.ReadAsync());
    }

    [Fact]
    public async Task TokenCancelledAfterTheRead_DoesNothing()
    {
        using var source = new CancellationTokenSource();
        var read = Input.ReadAsync(source.Token);
        Send("a");
        Input.OnReadable(isPeerDone: false);
        Advance(await read, 1, 1);
        var next = Input.ReadAsync();
        await source.CancelAsync();
        Assert.False(next.IsCompleted);
        Send("b");
        Input.OnReadable(isPeerDone: false);
        AssertText("b", await next);
    }

    [Fact]
    public async Task BytesAndEndWithOneEvent_AreBothRead()
    {
        var read = Input.ReadAsync();
        Send("last");
        Pair.Client.Shutdown(SocketShutdown.Send);
        await Eventually.TrueAsync(() => Pair.Server.Available == 4);
        Input.OnReadable(isPeerDone: true);
        var result = await read;
        AssertText("last", result);
        Advance(result, 4, 4);

        result = await Input.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));
        Assert.True(result.IsCompleted);
        Assert.True(result.Buffer.IsEmpty);
    }

    [Fact]
    public async Task End_GivesWhatWasNotConsumed_AgainAndAgain()
    {
        Send("rest");
        Advance(await Input.ReadAsync(), 1, 4);
        Pair.Client.Shutdown(SocketShutdown.Send);
        var read = Input.ReadAsync();
        await Eventually.TrueAsync(() => Pair.Server.Poll(0, SelectMode.SelectRead));
        Input.OnReadable(isPeerDone: true);
        for (var round = 0; round < 2; round++)
        {
            var result = await read;
            Assert.True(result.IsCompleted);
            AssertText("est", result);
            Advance(result, 0, 3);
            read = Input.ReadAsync();
        }

        Input.Complete();
        Assert.Equal(0, Pool.Rented);
    }

    [Fact]
    public async Task Reset_IsAnEnd()
    {
        var read = Input.ReadAsync();
        Pair.Client.Close(0);
        await Eventually.TrueAsync(() => Pair.Server.Poll(0, SelectMode.SelectRead));
        Input.OnReadable(isPeerDone: true);
        Assert.True((await read).IsCompleted);
    }

    [Fact]
    public async Task Close_EndsThePendingReadAndEveryLaterOne()
    {
        var read = Input.ReadAsync();
        Pair.Server.Dispose();
        Input.Close();
        Assert.True((await read).IsCompleted);
        Assert.True((await Input.ReadAsync()).IsCompleted);
        Assert.Equal(0, Pool.Rented);
    }

    [Fact]
    public void CompletedWithBytesUnread_GivesTheBlockBack()
    {
        Send("hello");
        Assert.True(Input.TryRead(out var result));
        Advance(result, 1, 1);
        Assert.Equal(1, Pool.Rented);
        Input.Complete();
        Input.Complete();
        Assert.Equal(0, Pool.Rented);
    }
}
