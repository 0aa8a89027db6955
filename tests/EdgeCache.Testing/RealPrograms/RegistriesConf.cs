using System.Globalization;
using System.Text;

namespace EdgeCache.Testing.RealPrograms;

/// <summary>
/// The registries.conf of skopeo and podman, with the other files that keep them from the machine's own. A client's fall-back to the origin
/// itself leads to a closed port, so that a pull succeeds through the mirror or not at all.
/// </summary>
internal sealed class RegistriesConf
{
    private readonly TempFolder _folder;
    private readonly StringBuilder _text = new("unqualified-search-registries = []\nshort-name-mode = \"enforcing\"\n");

    public RegistriesConf(TempFolder folder)
    {
        _folder = folder;

        // podman 4.3 refuses to start where the variable names a file that is not there.
        _folder.Write("auth.json", "{}");
        Write();
    }

    public string FilePath => _folder.Combine("registries.conf");

    /// <summary>The environment of the client.</summary>
    public IReadOnlyDictionary<string, string?> Environment => new Dictionary<string, string?>
    {
        ["HOME"] = _folder.CreateFolder("home"),
        ["TMPDIR"] = _folder.CreateFolder("tmp"),
        ["XDG_RUNTIME_DIR"] = _folder.CreateFolder("run"),
        ["XDG_CONFIG_HOME"] = null,
        ["XDG_DATA_HOME"] = null,
        ["DOCKER_CONFIG"] = _folder.CreateFolder("docker"),
        ["REGISTRY_AUTH_FILE"] = _folder.Combine("auth.json"),
        ["CONTAINERS_REGISTRIES_CONF"] = FilePath,
    };

    /// <param name="prefix">A registry's name, such as <c>docker.io</c>.</param>
    /// <param name="location">Host, port and, where the mirror wants one, a path: <c>127.0.0.1:5000/docker.io</c>.</param>
    /// <param name="isInsecure">Plain http, or a certificate that is not checked.</param>
    public void AddMirror(string prefix, string location, bool isInsecure)
    {
        _text.Append(CultureInfo.InvariantCulture, $"""

            [[registry]]
            prefix = "{prefix}"
            location = "127.0.0.1:1"
            insecure = true

            [[registry.mirror]]
            location = "{location}"
            insecure = {(isInsecure ? "true" : "false")}

            """);
        Write();
    }

    /// <summary>Adds tables as they stand, such as a file of <c>registries.conf.d</c>, which a client does not read beside a file of its own.</summary>
    public void Append(string text)
    {
        _text.Append('\n').Append(text);
        Write();
    }

    /// <summary>A folder with the authority in the form that both clients read (<c>ca.crt</c>).</summary>
    public string WriteAuthority(string caFile) =>
        Path.GetDirectoryName(_folder.Write("certs/ca.crt", File.ReadAllText(caFile))) ?? _folder.Path;

    private void Write() => _folder.Write("registries.conf", _text.ToString());
}
