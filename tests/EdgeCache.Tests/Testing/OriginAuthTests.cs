using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using EdgeCache.Demo;
using EdgeCache.Testing;
using EdgeCache.Testing.Origin;
using Xunit;

namespace EdgeCache.Tests.Testing;

public sealed class OriginAuthTests : IAsyncLifetime
{
    private readonly HttpClient _client = new();
    private readonly FakeTimeProvider _time = new();
    private FakeOrigin _origin = null!;

    public async Task InitializeAsync() =>
        _origin = await FakeOrigin.StartAsync(new FakeOriginOptions { Time = _time }, SampleImages.CreateMultiArch("library/hello", 1));

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _origin.DisposeAsync();
    }

    [Fact]
    public async Task BearerWithoutToken_ChallengesWithRealmServiceAndScope()
    {
        _origin.Auth = OriginAuth.Bearer();

        using var response = await _client.GetAsync(Manifest);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal(
            $"Bearer realm=\"{_origin.Url}token\",service=\"fake-origin\",scope=\"repository:library/hello:pull\"",
            response.Headers.WwwAuthenticate.ToString());
    }

    [Fact]
    public async Task TokenOfTheScope_OpensItsRepositoryUntilItExpires()
    {
        _origin.Auth = OriginAuth.Bearer();
        _origin.Tokens.Lifetime = null;
        var token = await AskTokenAsync("repository:library/hello:pull", "token");

        Assert.Equal(HttpStatusCode.OK, await GetAsync("Bearer", token));
        _time.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(HttpStatusCode.Unauthorized, await GetAsync("Bearer", token));
    }

    [Fact]
    public async Task TokenOfAnotherScope_IsRefused()
    {
        _origin.Auth = OriginAuth.Bearer();
        _origin.Tokens.Field = TokenField.AccessToken;
        var token = await AskTokenAsync("repository:library/other:pull", "access_token");

        Assert.Equal(HttpStatusCode.Unauthorized, await GetAsync("Bearer", token));
        Assert.Equal(1, _origin.Log.Count(OriginRequestKind.Token));
    }

    [Fact]
    public async Task BasicWithTheRightPassword_IsLetIn()
    {
        _origin.Auth = OriginAuth.Basic("user", "secret");

        Assert.Equal(HttpStatusCode.Unauthorized, await GetAsync("Basic", "dXNlcjp3cm9uZw=="));
        Assert.Equal(HttpStatusCode.OK, await GetAsync("Basic", "dXNlcjpzZWNyZXQ="));
    }

    [Fact]
    public async Task RefusedRequest_UsesNoFaultUp()
    {
        _origin.Auth = OriginAuth.Basic("user", "secret");
        _origin.Faults.Add(When.AnyManifest, Fault.Status(503));

        Assert.Equal(HttpStatusCode.Unauthorized, await GetAsync("Basic", "dXNlcjp3cm9uZw=="));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await GetAsync("Basic", "dXNlcjpzZWNyZXQ="));
    }

    private Uri Manifest => new(_origin.Url, "/v2/library/hello/manifests/latest");

    private async Task<HttpStatusCode> GetAsync(string scheme, string parameter)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Manifest);
        request.Headers.Authorization = new AuthenticationHeaderValue(scheme, parameter);
        using var response = await _client.SendAsync(request);
        return response.StatusCode;
    }

    private async Task<string> AskTokenAsync(string scope, string field)
    {
        using var answer = JsonDocument.Parse(await _client.GetByteArrayAsync(new Uri(_origin.Url, $"/token?service=fake-origin&scope={scope}")));
        return answer.RootElement.GetProperty(field).GetString()!;
    }
}
