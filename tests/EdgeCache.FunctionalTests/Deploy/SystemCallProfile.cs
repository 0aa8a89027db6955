using System.Text.Json;
using System.Text.RegularExpressions;
using EdgeCache.Testing.RealPrograms;

namespace EdgeCache.FunctionalTests.Deploy;

/// <summary>A unit's <c>SystemCallFilter=</c> lines as the profile that container runtimes read, with systemd's own word for what its sets hold.</summary>
internal static class SystemCallProfile
{
    public const string Program = "systemd-analyze";

    /// <param name="unit">The unit's text.</param>
    public static async Task<string> ReadAsync(string unit)
    {
        var filters = Regex.Matches(unit, "^SystemCallFilter=(~?)(.+)$", RegexOptions.Multiline).ToList();
        var allowed = new HashSet<string>();
        foreach (var filter in filters)
        {
            foreach (var set in filter.Groups[2].Value.Split(' '))
            {
                var calls = await ExpandAsync(set);
                if (filter.Groups[1].Length > 0)
                {
                    allowed.ExceptWith(calls);
                }
                else
                {
                    allowed.UnionWith(calls);
                }
            }
        }

        // What systemd always allows.
        allowed.UnionWith(await ExpandAsync("@default"));
        return JsonSerializer.Serialize(new
        {
            defaultAction = "SCMP_ACT_ERRNO",
            defaultErrnoRet = 1,
            syscalls = new[] { new { names = allowed.Order(StringComparer.Ordinal), action = "SCMP_ACT_ALLOW" } },
        });
    }

    private static async Task<HashSet<string>> ExpandAsync(string set)
    {
        var listed = (await RealProcess.RunAsync(Program, ["syscall-filter", "--no-pager", set], new Dictionary<string, string?> { ["SYSTEMD_COLORS"] = "0" })).EnsureSuccess();
        var calls = new HashSet<string>();
        foreach (var line in listed.Output.Split('\n').Skip(1).Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#'))
        {
            calls.UnionWith(line[0] == '@' ? await ExpandAsync(line) : [line]);
        }

        return calls;
    }
}
