using System.Collections.Concurrent;
using EdgeCache.SharedState;
using Microsoft.Extensions.Logging;

namespace EdgeCache.Tests.SharedState;

/// <summary>Keeps what a link logs, as text.</summary>
internal sealed class LinesLogger : ILogger<RedisLink>
{
    public ConcurrentQueue<string> Lines { get; } = new();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Lines.Enqueue(formatter(state, exception) + exception);
}
