using System.CommandLine;
using EdgeCache.Load.Reporting;

namespace EdgeCache.Load.Cli;

/// <summary>Where figures go: a table on the output, and JSON to a file where one is named.</summary>
internal sealed class ReportOption
{
    private readonly Option<FileInfo> _json = new("--json") { Description = "Write all figures to a file as JSON; durations are seconds.", HelpName = "FILE" };

    private readonly DateTimeOffset _started = DateTimeOffset.UtcNow;

    /// <summary>Read before the run: the load average must not be our own.</summary>
    private readonly MachineFacts _machine = MachineFacts.Read();

    public void AddTo(Command command) => command.Options.Add(_json);

    /// <returns>What was written.</returns>
    public async Task<LoadReport> WriteAsync(ParseResult result, string tables, IReadOnlyList<object> figures, CancellationToken cancellationToken)
    {
        var verb = result.CommandResult.Command.Name;
        var report = new LoadReport(verb, string.Join(' ', result.Tokens.Select(token => token.Value)), _started, _machine, figures);
        var output = result.InvocationConfiguration.Output;
        await output.WriteAsync(tables.AsMemory(), cancellationToken);
        await output.WriteLineAsync($"{report.Machine}; {_started:yyyy-MM-dd HH:mm} UTC; {report.CommandLine}".AsMemory(), cancellationToken);
        if (result.GetValue(_json) is { } file)
        {
            await File.WriteAllTextAsync(file.FullName, report.ToJson(), cancellationToken);
        }

        return report;
    }
}
