using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace EdgeCache.Transport.Output;

/// <summary>Puts <see cref="DirectOutput"/> into a Kestrel listener.</summary>
public static class DirectOutputExtensions
{
    /// <summary>
    /// Lets this listener's connections write straight to their sockets and send file ranges with sendfile(2)
    /// (<see cref="HttpResponseFileExtensions.SendFileRangeAsync"/>). On a listener with TLS it stands twice, before UseHttps for the encrypted records and after
    /// it for what is in them: a range then goes from the file to its records. May stand anywhere: where HTTP/2, TLS with one of the two or another operating
    /// system than Linux leave no room for it, ranges are copied and the options' stall limit still holds.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    public static ListenOptions UseDirectOutput(this ListenOptions listen, DirectOutputOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(listen);
        options ??= new DirectOutputOptions();
        options.ThrowIfOutOfRange();
        var listener = new DirectListener(options);
        listen.Use(next => connection => DirectConnection.RunAsync(connection, next, listener));
        return listen;
    }
}
