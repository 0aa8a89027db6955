using EdgeCache.Transport.Epoll;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EdgeCache.Tests.Transport.Epoll;

public sealed class ConnectionSlotsTests : IDisposable
{
    private readonly EpollTransport _transport = new(new CountingMemoryPool(), NullLogger<EpollTransport>.Instance);
    private readonly EpollLoop _loop = new("test");
    private readonly SocketPair _pair = new();
    private readonly ConnectionSlots _slots = new();

    [Fact]
    public void Added_IsFoundByItsKeyUntilItIsRemoved()
    {
        var connection = Add();
        Assert.Same(connection, _slots.Find(connection.Slot));
        Assert.Equal(1, _slots.Count);
        _slots.Remove(connection.Slot);
        Assert.Null(_slots.Find(connection.Slot));
        Assert.Equal(0, _slots.Count);
    }

    [Fact]
    public void StaleKey_FindsAndRemovesNothingThoughItsSlotIsUsedAgain()
    {
        var first = Add();
        _slots.Remove(first.Slot);
        var second = Add();
        Assert.Equal((uint)first.Slot, (uint)second.Slot);
        Assert.NotEqual(first.Slot, second.Slot);

        Assert.Null(_slots.Find(first.Slot));
        _slots.Remove(first.Slot);
        Assert.Same(second, _slots.Find(second.Slot));
        Assert.Equal(1, _slots.Count);
    }

    [Fact]
    public void Many_AreAllFoundAndTheirSlotsReused()
    {
        EpollConnection[] first = [.. Enumerable.Range(0, 1000).Select(_ => Add())];
        Assert.All(first, connection => Assert.Same(connection, _slots.Find(connection.Slot)));
        Assert.All(first, connection => _slots.Remove(connection.Slot));
        Assert.Equal(0, _slots.Count);

        EpollConnection[] second = [.. Enumerable.Range(0, 1000).Select(_ => Add())];
        Assert.Equal(first.Select(connection => (uint)connection.Slot).Order(), second.Select(connection => (uint)connection.Slot).Order());
        Assert.All(first, connection => Assert.Null(_slots.Find(connection.Slot)));
        Assert.All(second, connection => Assert.Same(connection, _slots.Find(connection.Slot)));
    }

    [Fact]
    public void KeyBeyondTheSlots_FindsNothing() => Assert.Null(_slots.Find(1_000_000));

    public void Dispose()
    {
        _loop.Dispose();
        _transport.Dispose();
        _pair.Dispose();
    }

    private EpollConnection Add()
    {
        var connection = new EpollConnection(_pair.Server, _loop, _transport);
        _slots.Add(connection);
        return connection;
    }
}
