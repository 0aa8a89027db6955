using System.Diagnostics;
using System.Runtime.InteropServices;

namespace EdgeCache.Load.Processes;

/// <summary>
/// A program that the driver runs beside itself, so that what is measured shares no thread pool and no heap with what measures. Reads and
/// writes lines; disposal ends it (its input closes, then SIGTERM, then SIGKILL, to its children too), by process ids. One caller at a time.
/// </summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private const int Terminated = 15;
    private const int MaxErrorLines = 40;
    /// <summary>Its own lock protects it: the last lines of standard error.</summary>
    private readonly Queue<string> _errors = new();
    private readonly Process _process;
    private readonly Task _errorPump;
    private Task _outputPump = Task.CompletedTask;

    private ChildProcess(Process process)
    {
        _process = process;
        _errorPump = PumpErrorsAsync();
    }

    public int Id => _process.Id;

    /// <summary>How long after SIGTERM it may take to end.</summary>
    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(15);

    public bool HasExited => _process.HasExited;

    /// <param name="command">The program and its arguments.</param>
    /// <param name="folder">Its working directory.</param>
    public static ChildProcess Start(IReadOnlyList<string> command, string folder, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        foreach (var name in start.Environment.Keys.Where(name => name.EndsWith("_proxy", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            // Everything is on this machine; a proxy of the shell's must not come between.
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return new ChildProcess(Process.Start(start)!); // Started, or it throws.
    }

    /// <summary>The next line of standard output.</summary>
    /// <exception cref="InvalidOperationException">The program ended; the message has what it said on standard error.</exception>
    public async Task<string> ReadLineAsync(CancellationToken cancellationToken)
    {
        if (await _process.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
        {
            return line;
        }

        throw await ExplainEndAsync(cancellationToken);
    }

    /// <summary>What a program that ended said on standard error.</summary>
    public async Task<InvalidOperationException> ExplainEndAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken);
        await _errorPump.WaitAsync(cancellationToken);
        lock (_errors)
        {
            return new InvalidOperationException($"The process ended with {_process.ExitCode}:\n{string.Join('\n', _errors)}");
        }
    }

    /// <summary>Sends a line and reads the line that answers it.</summary>
    public async Task<string> AskAsync(string line, CancellationToken cancellationToken)
    {
        await _process.StandardInput.WriteLineAsync(line.AsMemory(), cancellationToken);
        await _process.StandardInput.FlushAsync(cancellationToken);
        return await ReadLineAsync(cancellationToken);
    }

    /// <summary>From now on standard output is read and dropped, as cheaply as can be: nothing may stand still for a full pipe.</summary>
    public void DiscardOutput() => _outputPump = _process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, 64 << 10);

    /// <summary>SIGKILL, as when its machine dies.</summary>
    public Task KillAsync(CancellationToken cancellationToken)
    {
        _process.Kill(entireProcessTree: true);
        return _process.WaitForExitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.StandardInput.Close();
            _ = SendSignal(_process.Id, Terminated);
            using var deadline = new CancellationTokenSource(Patience);
            await _process.WaitForExitAsync(deadline.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!_process.HasExited)
            {
                _process.Kill(entireProcessTree: true);
                await _process.WaitForExitAsync(CancellationToken.None);
            }
        }

        await _outputPump;
        await _errorPump;
        _process.Dispose();
    }

    private async Task PumpErrorsAsync()
    {
        while (await _process.StandardError.ReadLineAsync() is { } line)
        {
            lock (_errors)
            {
                _errors.Enqueue(line);
                if (_errors.Count > MaxErrorLines)
                {
                    _errors.Dequeue();
                }
            }
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int SendSignal(int processId, int signal);
}
