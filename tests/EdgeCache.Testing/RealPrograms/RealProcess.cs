using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace EdgeCache.Testing.RealPrograms;

/// <summary>
/// A program that a test started: its output (the last lines of it), signals, and its end. Disposal kills it with its children, by their
/// process ids, and nothing else. Safe for concurrent use.
/// </summary>
public sealed class RealProcess : IAsyncDisposable
{
    private const int MaxLines = 20_000;
    private const int Terminated = 15;
    private const int Killed = 9;

    // Protects _lines and _waiters.
    private readonly Lock _gate = new();
    private readonly Queue<(bool IsError, string Text)> _lines = new();
    private readonly List<(Predicate<string> Match, TaskCompletionSource<string> Found)> _waiters = [];
    private readonly Process _process;
    private readonly string _name;

    private RealProcess(Process process, string name)
    {
        _process = process;
        _name = name;
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <summary>The last lines of both outputs.</summary>
    public string Output => Join(_ => true);

    /// <param name="program">A name, looked up with <see cref="RealProgram"/>, or a full path.</param>
    /// <param name="environment">Variables to set; a null value removes one. The variables that name HTTP proxies are removed.</param>
    public static RealProcess Start(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null)
    {
        var start = new ProcessStartInfo(Path.IsPathRooted(program) ? program : RealProgram.Require(program))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var name in start.Environment.Keys.Where(name => name.EndsWith("_proxy", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
        {
            start.Environment[name] = value;
        }

        var process = new RealProcess(new Process { StartInfo = start }, Path.GetFileName(program));
        process.Run();
        return process;
    }

    /// <summary>Starts a program and waits for its end, at most 2 minutes unless told otherwise.</summary>
    public static async Task<RealProcessResult> RunAsync(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null, TimeSpan? timeout = null)
    {
        await using var process = Start(program, arguments, environment);
        return await process.WaitAsync(timeout ?? TimeSpan.FromMinutes(2));
    }

    /// <summary>Waits for the end and all output.</summary>
    /// <exception cref="TimeoutException">It runs on; the message has its output.</exception>
    public async Task<RealProcessResult> WaitAsync(TimeSpan timeout)
    {
        using var deadline = new CancellationTokenSource(timeout);
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{_name} has not ended within {timeout}:\n{Output}");
        }

        return new RealProcessResult(_process.ExitCode, Join(line => !line.IsError), Output);
    }

    /// <summary>Completes with the first line of either output that matches, those of the past included.</summary>
    /// <exception cref="InvalidOperationException">The program ended before.</exception>
    /// <exception cref="TimeoutException">No line matched in time.</exception>
    public async Task<string> WaitForLineAsync(Predicate<string> match, TimeSpan? timeout = null)
    {
        var found = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_lines.Select(line => line.Text).FirstOrDefault(text => match(text)) is { } past)
            {
                return past;
            }

            _waiters.Add((match, found));
        }

        using var deadline = new CancellationTokenSource(timeout ?? TimeSpan.FromSeconds(30));
        var exited = _process.WaitForExitAsync(deadline.Token);
        await Task.WhenAny(found.Task, exited);
        if (found.Task.IsCompleted)
        {
            await deadline.CancelAsync();
            return await found.Task;
        }

        throw deadline.IsCancellationRequested
            ? new TimeoutException($"{_name} has not said what was awaited:\n{Output}")
            : new InvalidOperationException($"{_name} ended with {_process.ExitCode}:\n{Output}");
    }

    /// <summary>SIGTERM.</summary>
    public void Terminate() => Signal(Terminated);

    /// <summary>SIGKILL, to this process alone.</summary>
    public void Kill() => Signal(Killed);

    /// <summary>Sends a signal by its number; nothing happens where the program has ended.</summary>
    public void Signal(int number)
    {
        if (!_process.HasExited)
        {
            _ = SendSignal(_process.Id, number);
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            await _process.WaitForExitAsync(deadline.Token);
        }
        catch (Exception error) when (error is InvalidOperationException or Win32Exception or OperationCanceledException or AggregateException)
        {
            // It has ended already, or a child holds its output open.
        }

        _process.Dispose();
    }

    private void Run()
    {
        _process.OutputDataReceived += (_, line) => Take(line.Data, isError: false);
        _process.ErrorDataReceived += (_, line) => Take(line.Data, isError: true);
        _process.Start();
        _process.StandardInput.Close();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    private void Take(string? text, bool isError)
    {
        if (text is null)
        {
            return;
        }

        lock (_gate)
        {
            _lines.Enqueue((isError, text));
            if (_lines.Count > MaxLines)
            {
                _lines.Dequeue();
            }

            _waiters.RemoveAll(waiter => waiter.Match(text) && waiter.Found.TrySetResult(text));
        }
    }

    private string Join(Predicate<(bool IsError, string Text)> match)
    {
        lock (_gate)
        {
            return string.Join('\n', _lines.Where(line => match(line)).Select(line => line.Text));
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int SendSignal(int processId, int signal);
}
