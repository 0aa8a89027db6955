using System.Globalization;
using System.Text.RegularExpressions;

namespace EdgeCache.FunctionalTests.Deploy.Chart;

/// <summary>
/// Reads the part of Go's template language that our chart keeps to: text, trim marks, comments, define, if with else, range over one
/// variable, pipelines of functions, fields, variables, strings and whole numbers. What it does not know, it refuses. Used by one thread.
/// </summary>
internal sealed class TemplateParser
{
    private static readonly Regex Actions = new(@"\{\{(?<left>-\s)?\s*(?<code>/\*.*?\*/|.*?)\s*(?<right>\s-)?\}\}", RegexOptions.Singleline);
    private static readonly Regex Tokens = new(
        """\G\s*(?:(?<text>"(?:[^"\\]|\\.)*")|(?<field>(?:\$\w*)?\.[\w.]*|\$\w*)|(?<number>-?\d+)|(?<name>[A-Za-z]\w*)|(?<mark>[()|]))""");

    private readonly Dictionary<string, IReadOnlyList<TemplateNode>> _defines;
    private readonly List<(bool IsAction, string Text)> _parts = [];
    private int _next;

    private TemplateParser(string text, Dictionary<string, IReadOnlyList<TemplateNode>> defines)
    {
        _defines = defines;
        Split(text);
    }

    /// <summary>Reads a template; what it defines goes into the dictionary.</summary>
    /// <exception cref="FormatException">Something that is not in our part of the language.</exception>
    public static IReadOnlyList<TemplateNode> Parse(string text, Dictionary<string, IReadOnlyList<TemplateNode>> defines)
    {
        var parser = new TemplateParser(text, defines);
        var (nodes, end) = parser.ReadUntil();
        return end is null ? nodes : throw new FormatException($"'{end}' without a beginning.");
    }

    private void Split(string text)
    {
        var position = 0;
        var trims = false;
        foreach (Match action in Actions.Matches(text))
        {
            AddText(text[position..action.Index], trims, action.Groups["left"].Success);
            if (!action.Groups["code"].Value.StartsWith("/*", StringComparison.Ordinal))
            {
                _parts.Add((true, action.Groups["code"].Value));
            }

            trims = action.Groups["right"].Success;
            position = action.Index + action.Length;
        }

        AddText(text[position..], trims, false);
    }

    private void AddText(string text, bool trimsStart, bool trimsEnd)
    {
        text = trimsStart ? text.TrimStart() : text;
        _parts.Add((false, trimsEnd ? text.TrimEnd() : text));
    }

    /// <summary>The nodes up to an <c>else</c> or <c>end</c>, which is taken and named; null at the end of the text.</summary>
    private (IReadOnlyList<TemplateNode> Nodes, string? End) ReadUntil()
    {
        var nodes = new List<TemplateNode>();
        while (_next < _parts.Count)
        {
            var (isAction, text) = _parts[_next++];
            if (!isAction)
            {
                nodes.Add(new TemplateNode.Text(text));
            }
            else if (text is "else" or "end")
            {
                return (nodes, text);
            }
            else if (ReadAction(text) is { } node)
            {
                nodes.Add(node);
            }
        }

        return (nodes, null);
    }

    private TemplateNode? ReadAction(string code)
    {
        var (word, rest) = code.Split(' ', 2) is [var first, var second] ? (first, second) : (code, string.Empty);
        switch (word)
        {
            case "define":
                _defines[rest.Trim('"')] = ReadBody();
                return null;
            case "if":
                var (then, end) = ReadUntil();
                return new TemplateNode.If(ReadPipeline(rest), then, end == "else" ? ReadBody() : []);
            case "range":
                var parts = rest.Split(" := ", 2);
                return parts is [['$', ..] variable, var items]
                    ? new TemplateNode.Range(variable, ReadPipeline(items), ReadBody())
                    : throw new FormatException($"range without a variable: '{code}'.");
            case "else" or "with" or "block" or "template" or "break" or "continue":
                throw new FormatException($"Not in our part of the language: '{code}'.");
            default:
                return new TemplateNode.Output(ReadPipeline(code));
        }
    }

    private IReadOnlyList<TemplateNode> ReadBody() =>
        ReadUntil() is (var nodes, "end") ? nodes : throw new FormatException("A block without its end.");

    private static Pipeline ReadPipeline(string code)
    {
        var tokens = new Queue<Match>();
        var position = 0;
        while (position < code.Length)
        {
            var token = Tokens.Match(code, position);
            if (!token.Success)
            {
                throw new FormatException($"Not in our part of the language: '{code[position..]}'.");
            }

            tokens.Enqueue(token);
            position = token.Index + token.Length;
        }

        var pipeline = ReadPipeline(tokens);
        return tokens.Count == 0 ? pipeline : throw new FormatException($"More than one pipeline: '{code}'.");
    }

    /// <summary>Reads up to a closing parenthesis, which is taken, or the end.</summary>
    private static Pipeline ReadPipeline(Queue<Match> tokens)
    {
        List<List<Pipeline.Operand>> commands = [[]];
        while (tokens.TryDequeue(out var token))
        {
            switch (token.Groups["mark"].Value)
            {
                case ")":
                    return new Pipeline(commands);
                case "|":
                    commands.Add([]);
                    break;
                case "(":
                    commands[^1].Add(new Pipeline.Group(ReadPipeline(tokens)));
                    break;
                default:
                    commands[^1].Add(ReadOperand(token));
                    break;
            }
        }

        return new Pipeline(commands);
    }

    private static Pipeline.Operand ReadOperand(Match token)
    {
        if (token.Groups["text"] is { Success: true } text)
        {
            return new Pipeline.Literal(Regex.Unescape(text.Value[1..^1]));
        }

        if (token.Groups["number"] is { Success: true } number)
        {
            return new Pipeline.Literal(long.Parse(number.ValueSpan, CultureInfo.InvariantCulture));
        }

        if (token.Groups["name"] is { Success: true } name)
        {
            return new Pipeline.Function(name.Value);
        }

        var field = token.Groups["field"].Value;
        var dot = field.IndexOf('.', StringComparison.Ordinal);
        return dot < 0
            ? new Pipeline.Field(field, [])
            : new Pipeline.Field(dot == 0 ? "." : field[..dot], field[(dot + 1)..].Split('.', StringSplitOptions.RemoveEmptyEntries));
    }
}
