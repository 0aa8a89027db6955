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
    private readonly RedisServerMode _mode;
    private readonly TestCertificates? _certificates;
    private RealProcess? _process;
    private int _port;
    private int _busPort;

    private RedisServer(RedisServerMode mode)
    {
        _mode = mode;
        _certificates = mode == RedisServerMode.Tls ? new TestCertificates(_folder.Path) : null;
    }

    /// <summary>Host and port.</summary>
    public string Address => $"127.0.0.1:{Text(_port)}";

    /// <summary>In the form of StackExchange.Redis.</summary>
    public string Configuration => $"{Address},password={Password}" + (_mode == RedisServerMode.Tls ? ",ssl=true" : string.Empty);

    /// <summary>The authority of its certificate; null without TLS.</summary>
    public string? CaFile => _certificates?.CaFile;

    public static async Task<RedisServer> StartAsync(RedisServerMode mode = RedisServerMode.Plain)
    {
        var server = new RedisServer(mode);
        for (var attempt = 1; ; attempt++)
        {
            (server._port, server._busPort) = FreePorts.Take(2) is [var port, var busPort] ? (port, busPort) : default;
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
            "--bind", "127.0.0.1", "--requirepass", Password, "--save", "", "--appendonly", "no", "--dir", _folder.Path, .. ModeArguments(),
        ]);
        await _process.WaitForLineAsync(line => line.Contains("Ready to accept connections", StringComparison.Ordinal));
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _certificates?.Dispose();
        _folder.Dispose();
    }

    private string[] ModeArguments() => _mode switch
    {
        // Null where the mode is another.
        RedisServerMode.Tls =>
        [
            "--port", "0", "--tls-port", Text(_port), "--tls-cert-file", _certificates!.Server.CertificateFile, "--tls-key-file", _certificates.Server.KeyFile,
            "--tls-ca-cert-file", _certificates.CaFile, "--tls-auth-clients", "no",
        ],
        RedisServerMode.ClusterNode =>
        [
            "--port", Text(_port), "--cluster-enabled", "yes", "--cluster-port", Text(_busPort), "--cluster-node-timeout", "2000",
            "--cluster-require-full-coverage", "no",
        ],
        _ => ["--port", Text(_port)],
    };

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);

    private RealProcess Process => _process ?? throw new InvalidOperationException("Redis is stopped.");
}
