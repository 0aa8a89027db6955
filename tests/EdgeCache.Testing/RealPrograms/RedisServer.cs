using System.Globalization;
using EdgeCache.Testing.Network;

namespace EdgeCache.Testing.RealPrograms;

/// <summary>Debian's <c>redis-server</c> on a free loopback port, in memory only. Owned by the test that starts it.</summary>
public sealed class RedisServer : IAsyncDisposable
{
    public const string Program = "redis-server";

    /// <summary>What no log may show.</summary>
    public const string Password = "canary-of-redis";

    private const int Stop = 19;
    private const int Continue = 18;
    private const int MaxAttempts = 10;

    private readonly TempFolder _folder = new();
    private RealProcess? _process;
    private int _port;

    private RedisServer()
    {
    }

    /// <summary>In the form of StackExchange.Redis.</summary>
    public string Configuration => $"127.0.0.1:{_port.ToString(CultureInfo.InvariantCulture)},password={Password}";

    public static async Task<RedisServer> StartAsync()
    {
        var server = new RedisServer();
        for (var attempt = 1; ; attempt++)
        {
            server._port = FreePorts.Take(1)[0];
            try
            {
                await server.StartAgainAsync();
                return server;
            }
            catch (InvalidOperationException) when (attempt < MaxAttempts)
            {
                // Another process was faster to take the port.
                await server.KillAsync();
            }
        }
    }

    /// <summary>SIGSTOP: connections stay, nothing answers.</summary>
    public void Freeze() => Process.Signal(Stop);

    public void Thaw() => Process.Signal(Continue);

    /// <summary>SIGKILL; what it held is lost.</summary>
    public async Task KillAsync()
    {
        if (_process is { } process)
        {
            _process = null;
            await process.DisposeAsync();
        }
    }

    /// <summary>Starts it, empty, on the port it had.</summary>
    /// <exception cref="InvalidOperationException">The port is taken.</exception>
    public async Task StartAgainAsync()
    {
        _process = RealProcess.Start(Program,
        [
            "--port", _port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--requirepass", Password,
            "--save", "", "--appendonly", "no", "--dir", _folder.Path,
        ]);
        await _process.WaitForLineAsync(line => line.Contains("Ready to accept connections", StringComparison.Ordinal));
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _folder.Dispose();
    }

    private RealProcess Process => _process ?? throw new InvalidOperationException("Redis is stopped.");
}
