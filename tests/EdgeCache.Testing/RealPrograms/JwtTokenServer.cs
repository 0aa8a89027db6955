using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace EdgeCache.Testing.RealPrograms;

/// <summary>
/// A token server that <c>docker-registry</c> trusts: RS256 tokens whose header carries the certificate (<c>x5c</c>). Gives pull rights to
/// anybody, or to one user. Owned by the test that starts it; safe for concurrent use.
/// </summary>
public sealed class JwtTokenServer : IAsyncDisposable
{
    private readonly RSA _key = RSA.Create(2048);
    private readonly X509Certificate2 _certificate;
    private readonly WebApplication _app;
    private readonly string? _username;
    private readonly string? _password;
    private int _refused;

    private JwtTokenServer(WebApplication app, string? username, string? password)
    {
        _app = app;
        _username = username;
        _password = password;
        var request = new CertificateRequest("CN=EdgeCache test tokens", _key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        _certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddYears(1));
    }

    public Uri Realm => new(new Uri(_app.Urls.First()), "/token");

    public string Service => "docker-registry";

    public string Issuer => "edgecache-tests";

    /// <summary>The scopes of the tokens that were given.</summary>
    public ConcurrentQueue<string> Issued { get; } = new();

    /// <summary>The requests that were refused.</summary>
    public int Refused => Volatile.Read(ref _refused);

    /// <param name="username">Null gives tokens to anybody.</param>
    public static async Task<JwtTokenServer> StartAsync(string? username = null, string? password = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options => options.Listen(
            IPAddress.Loopback, 0, listener => listener.Protocols = HttpProtocols.Http1));
        builder.Services.AddSingleton<IHostLifetime, PassiveLifetime>();
        var server = new JwtTokenServer(builder.Build(), username, password);
        server._app.Run(server.AnswerAsync);
        await server._app.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _certificate.Dispose();
        _key.Dispose();
    }

    /// <summary>Writes the certificate for a registry's <c>rootcertbundle</c>; gives its path.</summary>
    internal string WriteCertificate(TempFolder folder) => folder.Write("tokens.pem", _certificate.ExportCertificatePem());

    private Task AnswerAsync(HttpContext context)
    {
        var expected = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{_username}:{_password}"));
        if (_username is not null && context.Request.Headers.Authorization != expected)
        {
            Interlocked.Increment(ref _refused);
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return Task.CompletedTask;
        }

        var scopes = context.Request.Query["scope"].ToArray();
        Issued.Enqueue(string.Join(' ', scopes));
        var body = new JsonObject { ["token"] = CreateToken(scopes), ["expires_in"] = 300 };
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(body.ToJsonString());
    }

    private string CreateToken(IEnumerable<string?> scopes)
    {
        var access = new JsonArray();
        foreach (var scope in scopes.SelectMany(value => (value ?? string.Empty).Split(' ')))
        {
            if (scope.Split(':') is ["repository", var name, _])
            {
                access.Add((JsonNode)new JsonObject { ["type"] = "repository", ["name"] = name, ["actions"] = new JsonArray("pull") });
            }
        }

        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var header = new JsonObject
        {
            ["typ"] = "JWT",
            ["alg"] = "RS256",
            ["x5c"] = new JsonArray(Convert.ToBase64String(_certificate.RawData)),
        };
        var claims = new JsonObject
        {
            ["iss"] = Issuer,
            ["sub"] = _username ?? string.Empty,
            ["aud"] = Service,
            ["nbf"] = now - 10,
            ["iat"] = now,
            ["exp"] = now + 300,
            ["jti"] = Guid.NewGuid().ToString("N"),
            ["access"] = access,
        };
        var signed = $"{Encode(header)}.{Encode(claims)}";
        var signature = _key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return $"{signed}.{Base64Url.EncodeToString(signature)}";
    }

    private static string Encode(JsonObject part) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(part.ToJsonString()));
}
