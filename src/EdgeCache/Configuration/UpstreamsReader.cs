using System.Globalization;
using EdgeCache.Origin;

namespace EdgeCache.Configuration;

/// <summary>
/// Reads the list of upstreams. A configured list replaces the built-in one; each <c>--upstream NAME=URL[,URL…]</c> then replaces the
/// upstream of that name whole (so that a password never follows to another endpoint) or adds one. Used by one thread.
/// </summary>
/// <param name="node">The node's options: what an upstream takes over where it sets nothing of its own.</param>
internal sealed class UpstreamsReader(EdgeCacheOptions node, List<OptionError> errors)
{
    private const string ArgumentFlag = "--upstream";
    private const string ArgumentAllowed = "allowed: NAME=URL[,URL…], such as docker.io=https://registry-1.docker.io";

    public IReadOnlyList<UpstreamOptions> Read(IReadOnlyCollection<ConfiguredValue> values, IReadOnlyList<string> arguments)
    {
        if (values.Count == 0 && arguments.Count == 0)
        {
            return [.. BuiltInUpstreams.All.Select(upstream => WithCredentials(
                new UpstreamDraft { Options = upstream with { TagFreshness = node.TagFreshness, StaleIfError = node.StaleIfError } }, string.Empty))];
        }

        var upstreams = ReadList(values);
        foreach (var argument in arguments)
        {
            if (ReadArgument(argument) is { } upstream)
            {
                upstreams.RemoveAll(other => other.Name == upstream.Name);
                upstreams.Add(upstream);
            }
        }

        if (upstreams.Count > UpstreamSchema.MaxUpstreams)
        {
            errors.Add(new OptionError(Prefix(), Number(upstreams.Count), null, $"allowed: at most {UpstreamSchema.MaxUpstreams} upstreams"));
        }

        return upstreams;
    }

    private static string Prefix(string? index = null) =>
        $"{OptionsSchema.Section}:{UpstreamSchema.List}" + (index is null ? string.Empty : $":{index}:");

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private List<UpstreamOptions> ReadList(IReadOnlyCollection<ConfiguredValue> values)
    {
        var upstreams = new List<UpstreamOptions>();
        var items = values.GroupBy(value => value.Key.Split(':', 3) is [_, var index, _] && IsIndex(index) ? int.Parse(index, CultureInfo.InvariantCulture) : -1);
        foreach (var item in items.OrderBy(item => item.Key))
        {
            if (item.Key >= 0)
            {
                var inner = item.Select(value => value with { Key = value.Key.Split(':', 3)[2] }).ToArray();
                upstreams.Add(ReadItem(Number(item.Key), inner));
                continue;
            }

            errors.AddRange(item.Select(value => new OptionError(
                $"{OptionsSchema.Section}:{value.Key}", Redaction.ShowUnknown(value.Key, value.Text), value.Source,
                "allowed: a list of upstreams, each with the keys " + string.Join(", ", UpstreamSchema.Keys.Select(key => key.Name)))));
        }

        return upstreams;
    }

    private static bool IsIndex(string text) => text.Length is > 0 and <= 4 && text.All(char.IsAsciiDigit);

    private UpstreamOptions ReadItem(string index, IReadOnlyCollection<ConfiguredValue> values)
    {
        var template = new UpstreamDraft
        {
            Options = new UpstreamOptions { Name = string.Empty, Endpoints = [], TagFreshness = node.TagFreshness, StaleIfError = node.StaleIfError },
        };
        var prefix = Prefix(index);
        var (draft, setKeys) = new SectionReader<UpstreamDraft>(prefix, UpstreamSchema.Keys, errors).Read(template, values);
        foreach (var required in UpstreamSchema.Keys.Where(key => key.Name is "Name" or "Endpoints" && !setKeys.Contains(key.Name)))
        {
            errors.Add(new OptionError(prefix + required.Name, null, null, $"required; allowed: {required.Allowed}"));
        }

        return WithCredentials(draft, prefix);
    }

    private UpstreamOptions? ReadArgument(string argument)
    {
        var equals = argument.IndexOf('=', StringComparison.Ordinal);
        var urls = argument[(equals + 1)..].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var endpoints = new List<Uri>();
        foreach (var url in urls)
        {
            if (ValueKinds.Endpoint.TryParse(url, out var endpoint))
            {
                endpoints.Add(endpoint);
            }
        }

        if (equals < 1 || !UpstreamSchema.UpstreamName.TryParse(argument[..equals], out var name)
            || urls.Length is 0 or > 16 || endpoints.Count != urls.Length)
        {
            errors.Add(new OptionError(ArgumentFlag, Redaction.Show(argument), null, ArgumentAllowed));
            return null;
        }

        var options = new UpstreamOptions { Name = name, Endpoints = endpoints, TagFreshness = node.TagFreshness, StaleIfError = node.StaleIfError };
        return WithCredentials(new UpstreamDraft { Options = options }, ArgumentFlag + " ");
    }

    private UpstreamOptions WithCredentials(UpstreamDraft draft, string prefix)
    {
        var (options, problem) = UpstreamCredentials.Resolve(draft, node.DockerConfigFile);

        // A value that is not allowed was reported already; that it is then missing is no second error.
        if (problem is { } found && !errors.Any(error => error.Key == prefix + found.Key))
        {
            errors.Add(new OptionError(prefix + found.Key, null, null, found.Problem));
        }

        return options;
    }
}
