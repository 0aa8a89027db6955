namespace EdgeCache.Load.Processes;

/// <summary>Starts a program that says in lines on its output where it listens, and says nothing else of interest.</summary>
internal static class ServerStart
{
    private const string Announcement = "listening on ";

    /// <summary>Completes when all listeners are bound. The process is the caller's to dispose.</summary>
    /// <param name="addresses">How many it will announce.</param>
    /// <exception cref="InvalidOperationException">It did not start; the message says why.</exception>
    public static async Task<(ChildProcess Process, IReadOnlyList<Uri> Urls)> RunAsync(
        IReadOnlyList<string> command, string folder, IReadOnlyDictionary<string, string> environment, int addresses, CancellationToken cancellationToken)
    {
        var process = ChildProcess.Start(command, folder, environment);
        try
        {
            var urls = new List<Uri>();
            while (urls.Count < addresses)
            {
                urls.Add(await ReadAddressAsync(process, cancellationToken));
            }

            process.DiscardOutput();
            return (process, urls);
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    private static async Task<Uri> ReadAddressAsync(ChildProcess process, CancellationToken cancellationToken)
    {
        var line = await process.ReadLineAsync(cancellationToken);
        return line.StartsWith(Announcement, StringComparison.Ordinal)
            ? new Uri(line[Announcement.Length..])
            : throw new InvalidOperationException($"The server said '{line}' instead of where it listens.");
    }
}
