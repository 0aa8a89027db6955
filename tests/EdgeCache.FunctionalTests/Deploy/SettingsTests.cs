using System.Text.Json;
using System.Text.RegularExpressions;
using EdgeCache.Cli;
using EdgeCache.Configuration;
using EdgeCache.FunctionalTests.Deploy.Chart;
using Xunit;

namespace EdgeCache.FunctionalTests.Deploy;

/// <summary>What the shipped files say of the program's keys, flags and verbs is what the program has.</summary>
public sealed class SettingsTests
{
    public static TheoryData<string> Launches => [.. ShippedLaunches.All().Select(launch => launch.Source)];

    [Theory]
    [MemberData(nameof(Launches))]
    public void Configuration_IsAccepted(string source)
    {
        using var files = new LaunchFiles();
        var launch = Find(source);

        var errors = files.Read(launch).Errors;

        Assert.True(errors.Count == 0, string.Join('\n', errors));
    }

    [Theory]
    [MemberData(nameof(Launches))]
    public void CommandLine_IsAccepted(string source)
    {
        var arguments = Find(source).Arguments;

        Assert.Empty(EdgeCacheCommandLine.BuildRoot().Parse(arguments).Errors);
    }

    [Theory]
    [MemberData(nameof(Launches))]
    public void EveryVariable_IsAKey(string source) => Assert.All(
        Find(source).Environment.Keys.Where(name => name is not ("POD_NAME" or "DOTNET_EnableDiagnostics")),
        name => Assert.True(SettingNames.KeyOf(name) is { } key && SettingNames.IsKey(key), name));

    /// <summary>Comments and instructions included.</summary>
    [Fact]
    public void EveryVariableThatAnyFileNames_IsAKey()
    {
        var named = DeployFiles.ListAll()
            .SelectMany(file => Regex.Matches(File.ReadAllText(file), @"\bEDGECACHE__\w+", RegexOptions.IgnoreCase).Select(match => (File: file, Name: match.Value)))
            .ToList();

        Assert.NotEmpty(named);
        Assert.All(named, name => Assert.True(SettingNames.KeyOf(name.Name) is { } key && SettingNames.IsKey(key), name.ToString()));
    }

    /// <summary>Comments name keys as Drain.Timeout or Fleet:Self; a section alone may stand with a star.</summary>
    [Fact]
    public void EveryKeyThatAnyFileNames_IsOne()
    {
        string[] sections = [.. OptionsSchema.Node.Where(key => key.Name.Contains(':')).Select(key => key.Name.Split(':')[0]).Distinct()];
        var pattern = $@"\b({string.Join('|', sections)})[.:]([A-Z][A-Za-z]+)\b";
        var named = DeployFiles.ListAll()
            .SelectMany(file => Regex.Matches(File.ReadAllText(file), pattern).Select(match => (File: file, Key: $"{match.Groups[1].Value}:{match.Groups[2].Value}")))
            .ToList();

        Assert.NotEmpty(named);
        Assert.All(named, name => Assert.True(SettingNames.IsKey(name.Key), name.ToString()));
    }

    [Fact]
    public void EveryYamlAndJson_IsWellFormed()
    {
        var files = DeployFiles.ListAll().Where(file => !file.Contains("/helm/edgecache/templates/", StringComparison.Ordinal)).ToList();

        Assert.All(files.Where(file => Path.GetExtension(file) is ".yaml" or ".yml"), file => Assert.NotEmpty(YamlValues.ReadAll(File.ReadAllText(file))));
        Assert.All(files.Where(file => Path.GetExtension(file) == ".json"), file => JsonDocument.Parse(File.ReadAllText(file)).Dispose());
    }

    private static Launch Find(string source) => ShippedLaunches.All().Single(launch => launch.Source == source);
}
