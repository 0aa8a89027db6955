using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace EdgeCache.Transport;

/// <summary>Puts <see cref="DirectOutput"/> into a Kestrel listener.</summary>
public static class DirectOutputExtensions
{
    /// <summary>
    /// Lets this listener's connections write straight to their sockets and send file ranges with sendfile(2)
    /// (<see cref="HttpResponseFileExtensions.SendFileRangeAsync"/>). May stand on any listener, before or after UseHttps: where TLS, HTTP/2 or another
    /// operating system than Linux leave no room for it, ranges are copied and the options' stall limit still holds.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    public static ListenOptions UseDirectOutput(this ListenOptions listen, DirectOutputOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(listen);
        options ??= new DirectOutputOptions();
        options.ThrowIfOutOfRange();
        var turns = new SendTurns(options.SliceBytes);
        var disk = new DiskThreads(options.MaxDiskThreads);
        listen.Use(next => connection => DirectConnection.RunAsync(connection, next, options, turns, disk));
        return listen;
    }
}
