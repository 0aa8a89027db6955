using EdgeCache.Configuration;
using EdgeCache.Testing;

namespace EdgeCache.FunctionalTests.Deploy;

/// <summary>
/// Stands in for the machine of a <see cref="Launch"/>: the files that its settings name, and the values that its platform fills in, so that
/// the program's own reader can judge it. Owned by the test.
/// </summary>
internal sealed class LaunchFiles : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Lazy<TestCertificates> _certificates;

    public LaunchFiles() => _certificates = new Lazy<TestCertificates>(() => new TestCertificates(_folder.Path));

    /// <summary>The environment as the program gets it.</summary>
    public IReadOnlyDictionary<string, string> EnvironmentOf(Launch launch) => launch.Environment.ToDictionary(variable => variable.Key, variable => Fill(variable.Value));

    /// <summary>The path of the configuration as it is shipped; null where there is none.</summary>
    public string? ConfigurationOf(Launch launch)
    {
        if (launch.Configuration is not { } text)
        {
            return null;
        }

        return _folder.Write("edgecache.json", text);
    }

    /// <summary>What the program makes of the settings.</summary>
    public OptionsReading Read(Launch launch)
    {
        var layers = new ConfigurationLayers();
        if (ConfigurationOf(launch) is { } file)
        {
            layers.AddJsonFile(file, isOptional: false);
        }

        layers.AddEnvironment(EnvironmentOf(launch).ToDictionary());
        return OptionsReader.Read(layers, launch.Arguments is ["balancer", ..] ? BalancerRules.Check : null);
    }

    public void Dispose()
    {
        if (_certificates.IsValueCreated)
        {
            _certificates.Value.Dispose();
        }

        _folder.Dispose();
    }

    private string Fill(string value) => value switch
    {
        "/etc/edgecache-fleet/secret" or "%d/fleet-secret" => _folder.Write("secret", new string('s', 64) + "\n"),
        "/etc/edgecache-redis/configuration" => _folder.Write("redis", "redis:6379\n"),
        "/etc/edgecache-tls/tls.crt" => _certificates.Value.Server.CertificateFile,
        "/etc/edgecache-tls/tls.key" => _certificates.Value.Server.KeyFile,
        _ when value.StartsWith("${FLEET_SECRET:?", StringComparison.Ordinal) => new string('s', 64),
        _ => value.Replace("$(POD_NAME)", "edgecache-node-0", StringComparison.Ordinal),
    };
}
