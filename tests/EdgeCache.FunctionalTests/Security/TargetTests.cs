using EdgeCache.Testing;
using Xunit;

namespace EdgeCache.FunctionalTests.Security;

/// <summary>Targets that want out of the cache folder, or to be read in two ways.</summary>
public sealed class TargetTests(WalledEdge walled) : IClassFixture<WalledEdge>
{
    public static TheoryData<string> Targets { get; } =
    [
        "/v2/team/app/blobs/%2e%2e%2f%2e%2e%2fsecret",
        "/v2/team/app/blobs/..%2f..%2fsecret",
        "/v2/team/app/blobs/../../../secret",
        "/v2/team/app/blobs/sha256:../../../secret",
        "/v2/team/app/blobs/sha256:%2e%2e%2fsecret",
        "/v2/team/app/blobs/sha256:" + "..%2f..%2f..%2f..%2f..%2f..%2f..%2f..%2f..%2f..%2f..%2f..%2f.%2f.%2fsec",
        "/v2/team/app/manifests/..%2f..%2fsecret",
        "/v2/team/app/manifests/..",
        "/v2/team/app/manifests/%00",
        "/v2/team/app/manifests/latest%00.json",
        "/v2/team/app\\..\\secret/manifests/latest",
        "/v2/team\\app/manifests/latest",
        "/v2//team/app/manifests/latest",
        "/v2/team//app/manifests/latest",
        "//v2/team/app/manifests/latest",
        "/v2/./team/app/manifests/latest",
        "/v2/../v2/team/app/manifests/latest",
        "/v2/%2e%2e/team/app/manifests/latest",
        "/v2/team/app/manifests/latest/../../../../secret",
        "/v2/team/app/manifests/latest\u00e9",
        "/v2/team/app/manifests/lat\0est",
        "/v2/team/app/manifests/la test",
        "/v2/TEAM/app/manifests/latest",
        "/v2/team/app/blobs/" + new string('a', 5000),
        "/v2/" + new string('a', 300) + "/manifests/latest",
        "/v2/" + string.Concat(Enumerable.Repeat("a/", 200)) + "manifests/latest",
        "/v2/team/app/manifests/" + new string('a', 129),
        "/v2/team/app/manifests/" + new string('a', 20_000),
        "/v2/team/app/manifests/latest?ns=docker.io&ns=other.example:5000",
        "/v2/team/app/manifests/latest?ns=%",
        "/v2/team/app/manifests/latest?ns=%2e%2e%2f",
        "/v2/team/app/manifests/latest?ns=docker.io%00",
        "/v2/team/app/manifests/latest?ns=docker.io%0d%0aX:1",
        "http://169.254.169.254/latest/meta-data/",
        "secret",
        "*",
    ];

    [Theory]
    [MemberData(nameof(Targets))]
    public async Task HostileTarget_IsA4xx_AndNothingIsTouched(string target)
    {
        var before = walled.List();

        var answer = await RawHttpClient.GetAsync(walled.Edge.Pull, target);

        Assert.Matches("^HTTP/1.1 4[0-9][0-9] ", answer);
        Assert.DoesNotContain(WalledEdge.Secret, answer, StringComparison.Ordinal);
        AssertBareOrOci(answer);
        Assert.Empty(walled.Edge.Origin.Log.Requests);
        Assert.Equal(before, walled.List());
    }

    private static void AssertBareOrOci(string answer)
    {
        var body = answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
        if (body.Length > 0)
        {
            Assert.StartsWith("{\"errors\":[{\"code\":\"", body, StringComparison.Ordinal);
        }
        else
        {
            // What Kestrel itself refuses has no body.
            Assert.Contains("Content-Length: 0\r\n", answer, StringComparison.Ordinal);
        }
    }
}
