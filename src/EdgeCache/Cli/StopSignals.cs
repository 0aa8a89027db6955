using System.Runtime.InteropServices;

namespace EdgeCache.Cli;

/// <summary>
/// SIGTERM and Ctrl-C: the first asks for a clean end, the second ends the process at once. Owned by the verb that runs; one at a time in a
/// process.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration[] _registrations;
    private int _received;

    public StopSignals() => _registrations =
        [PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle), PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle)];

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _stop.Token;

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _stop.Dispose();
    }

    private void Handle(PosixSignalContext signal)
    {
        signal.Cancel = true;
        if (Interlocked.Increment(ref _received) > 1)
        {
            // As a shell reports it: 128 and the signal's number.
            Environment.Exit(signal.Signal == PosixSignal.SIGINT ? 130 : 143);
        }

        _stop.Cancel();
    }
}
