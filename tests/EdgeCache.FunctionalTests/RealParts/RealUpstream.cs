using EdgeCache.Core.Oci;
using EdgeCache.Origin;
using EdgeCache.Testing;
using EdgeCache.Testing.RealPrograms;
using Xunit;

namespace EdgeCache.FunctionalTests.RealParts;

/// <summary>A real registry in one of its modes, with what a node's configuration must say of it. Owned by the test.</summary>
internal sealed class RealUpstream : IAsyncDisposable
{
    public const string Name = "docker.io";

    private const string Username = "node";
    private const string Password = "of-the-node-only";

    private readonly TempFolder _folder = new();

    // Null but in the modes that need them: keys cost more time than the rest of the start.
    private readonly TestCertificates? _certificates;
    private readonly JwtTokenServer? _tokens;

    private RealUpstream(UpstreamMode mode, JwtTokenServer? tokens)
    {
        _certificates = mode == UpstreamMode.Tls ? new TestCertificates(_folder.Path) : null;
        _tokens = tokens;
    }

    public DockerRegistry Registry { get; private set; } = null!; // Set by StartAsync, the only way to get one.

    /// <summary>How a node reaches it.</summary>
    public UpstreamOptions Options { get; private set; } = null!; // As above.

    /// <summary>The scopes of the tokens that were given.</summary>
    public IReadOnlyCollection<string> IssuedTokens => _tokens?.Issued.ToArray() ?? [];

    public static async Task<RealUpstream> StartAsync(DockerRegistryStore store, UpstreamMode mode = UpstreamMode.Plain)
    {
        var upstream = new RealUpstream(mode, mode == UpstreamMode.Tokens ? await JwtTokenServer.StartAsync(Username, Password) : null);
        upstream.Registry = await store.StartRegistryAsync(mode switch
        {
            UpstreamMode.Passwords => new DockerRegistryOptions { Username = Username, Password = Password },
            UpstreamMode.Tokens => new DockerRegistryOptions { Tokens = upstream._tokens },
            UpstreamMode.Tls => new DockerRegistryOptions { Certificate = upstream._certificates?.Server },
            _ => new DockerRegistryOptions(),
        });
        var plain = new UpstreamOptions { Name = Name, Endpoints = [upstream.Registry.Url] };
        upstream.Options = mode switch
        {
            UpstreamMode.Passwords => plain with { Username = Username, Password = Password },
            UpstreamMode.Tokens => plain with { Username = Username, Password = Password, AllowPrivateAddresses = true },
            UpstreamMode.Tls => plain with { CaFile = upstream._certificates?.CaFile },
            _ => plain,
        };
        return upstream;
    }

    /// <summary>
    /// Pulls an image that the node does not know: cold, warm with nothing asked of the registry, and warm with the registry stopped. Each time
    /// the digest is the registry's own.
    /// </summary>
    /// <returns>What the registry was asked by the cold pull.</returns>
    public async Task<IReadOnlyList<string>> AssertThreePullsAsync(PullingClient client, string image, Digest expected)
    {
        Assert.Equal(expected, (await client.PullAsync(image)).EnsureSuccess());
        await Registry.SettleAsync();
        var cold = Registry.ListRequests();
        Assert.NotEmpty(cold);

        // Started again, its log is empty.
        await Registry.StopAsync();
        await Registry.StartAgainAsync();
        await client.ForgetAsync(image);
        Assert.Equal(expected, (await client.PullAsync(image)).EnsureSuccess());
        await Registry.SettleAsync();
        Assert.Empty(Registry.ListRequests());

        await Registry.StopAsync();
        await client.ForgetAsync(image);
        Assert.Equal(expected, (await client.PullAsync(image)).EnsureSuccess());
        return cold;
    }

    public async ValueTask DisposeAsync()
    {
        await Registry.DisposeAsync();
        if (_tokens is not null)
        {
            await _tokens.DisposeAsync();
        }

        _certificates?.Dispose();
        _folder.Dispose();
    }
}
