using EdgeCache.Origin;
using Xunit;

namespace EdgeCache.Tests.Origin;

public sealed class TokenRealmPolicyTests
{
    [Theory]
    [InlineData("https://registry-1.docker.io", "https://auth.docker.io/token")]
    [InlineData("https://ghcr.io", "https://ghcr.io/token")]
    [InlineData("https://quay.io", "https://quay.io/v2/auth")]
    [InlineData("https://public.ecr.aws", "https://public.ecr.aws/token/")]
    [InlineData("https://registry.gitlab.com", "https://gitlab.com/jwt/auth")]
    [InlineData("https://registry.example.co.uk", "https://auth.example.co.uk/t")]
    [InlineData("https://tenant.azurecr.io", "https://tenant.azurecr.io/oauth2/token")]
    [InlineData("http://127.0.0.1:5000", "http://127.0.0.1:5001/token")]
    [InlineData("http://registry:5000", "https://registry:5001/token")]
    [InlineData("http://[::1]:5000", "http://[::1]:5001/token")]
    public void OwnHostOrDomain_IsAllowed(string endpoint, string realm)
    {
        Assert.True(new TokenRealmPolicy([]).TryAccept(new Uri(endpoint), realm, out var accepted));
        Assert.Equal(new Uri(realm), accepted);
    }

    [Theory]
    [InlineData("https://registry-1.docker.io", "https://thief.example/token")]
    [InlineData("https://registry-1.docker.io", "http://auth.docker.io/token")]
    [InlineData("https://registry-1.docker.io", "https://auth.docker.io.thief.example/token")]
    [InlineData("https://registry-1.docker.io", "https://auth.docker.io@thief.example/token")]
    [InlineData("https://registry-1.docker.io", "https://user:secret@auth.docker.io/token")]
    [InlineData("https://registry-1.docker.io", "https://thiefdocker.io/token")]
    [InlineData("https://registry.example.co.uk", "https://thief.co.uk/token")]
    [InlineData("https://tenant.azurecr.io", "https://thief.azurecr.io/token")]
    [InlineData("https://1.dkr.ecr.eu-west-1.amazonaws.com", "https://thief.s3.eu-west-1.amazonaws.com/token")]
    [InlineData("http://127.0.0.1:5000", "http://127.0.0.2:5001/token")]
    [InlineData("http://10.1.2.3", "http://9.1.2.3/token")]
    [InlineData("http://registry", "http://auth/token")]
    [InlineData("https://ghcr.io", "/token")]
    [InlineData("https://ghcr.io", "ftp://ghcr.io/token")]
    [InlineData("https://ghcr.io", "")]
    [InlineData("https://ghcr.io", null)]
    public void AnythingElse_IsRefused(string endpoint, string? realm) =>
        Assert.False(new TokenRealmPolicy([]).TryAccept(new Uri(endpoint), realm, out _));

    [Theory]
    [InlineData("auth.elsewhere.example", "https://auth.elsewhere.example:8443/t", true)]
    [InlineData("auth.elsewhere.example:8443", "https://auth.elsewhere.example:8443/t", true)]
    [InlineData("auth.elsewhere.example:8443", "https://auth.elsewhere.example/t", false)]
    [InlineData("auth.elsewhere.example", "http://auth.elsewhere.example/t", false)]
    public void ListedHost_IsAllowed(string listed, string realm, bool isAllowed) =>
        Assert.Equal(isAllowed, new TokenRealmPolicy([listed]).TryAccept(new Uri("https://registry.example"), realm, out _));
}
