using EdgeCache.FunctionalTests.Edge;
using EdgeCache.FunctionalTests.Processes;
using EdgeCache.FunctionalTests.RealParts;
using EdgeCache.Testing;
using EdgeCache.Testing.Edge;
using EdgeCache.Testing.Origin;
using EdgeCache.Testing.RealPrograms;
using Xunit;

namespace EdgeCache.FunctionalTests.Deploy;

/// <summary>
/// deploy/haproxy and deploy/nginx run for real in front of two nodes: they stream, pass on what they must, and no pull of a client that
/// tries again fails when a node goes.
/// </summary>
[Collection(RealPartsCollection.Name)]
public sealed class ExampleProxyTests : EdgeTests, IDisposable
{
    private const int Terminate = 15;
    private const int Kill = 9;
    private const int MaxTries = 3;
    private readonly Sample _sample = Sample.Create("team/app", [Sample.LargeBytes, .. Enumerable.Repeat(Sample.SmallBytes, 7)]);
    private readonly TempFolder _first = new();
    private readonly TempFolder _second = new();

    public void Dispose()
    {
        _first.Dispose();
        _second.Dispose();
    }

    [RealProgramFact(ExampleProxy.Haproxy)]
    public async Task HaproxyFile_IsValidWithoutAWarning()
    {
        var checkedFile = await RealProcess.RunAsync(ExampleProxy.Haproxy, ["-c", "-f", DeployFiles.PathOf("haproxy/haproxy.cfg")]);

        checkedFile.EnsureSuccess();
        Assert.DoesNotContain("[WARNING]", checkedFile.All, StringComparison.Ordinal);
    }

    [RealProgramFact(ExampleProxy.Nginx)]
    public async Task NginxFile_IsValidWithoutAWarning()
    {
        using var folder = new TempFolder();
        var arguments = ExampleProxy.WriteNginx(folder, ExampleProxy.FreePort(), byDigest: false, new Uri("http://192.0.2.11:5000"), new Uri("http://192.0.2.12:5000"));

        var checkedFile = await RealProcess.RunAsync(ExampleProxy.Nginx, ["-t", .. arguments]);

        checkedFile.EnsureSuccess();
        Assert.DoesNotContain("[warn]", checkedFile.All, StringComparison.Ordinal);
    }

    [RealProgramTheory(ExampleProxy.Haproxy)]
    [InlineData(false)]
    [InlineData(true)]
    public Task Haproxy_StreamsAndPassesOn(bool byDigest) => AssertStreamsAsync(ExampleProxy.Haproxy, byDigest);

    [RealProgramTheory(ExampleProxy.Nginx)]
    [InlineData(false)]
    [InlineData(true)]
    public Task Nginx_StreamsAndPassesOn(bool byDigest) => AssertStreamsAsync(ExampleProxy.Nginx, byDigest);

    [RealProgramFact(ExampleProxy.Haproxy)]
    public Task HaproxyByDigest_AsksOneNodeForEach() => AssertOneNodeForEachAsync(ExampleProxy.Haproxy);

    [RealProgramFact(ExampleProxy.Nginx)]
    public Task NginxByDigest_AsksOneNodeForEach() => AssertOneNodeForEachAsync(ExampleProxy.Nginx);

    [RealProgramTheory(ExampleProxy.Haproxy, SkopeoClient.Program)]
    [InlineData(false, Terminate)]
    [InlineData(true, Kill)]
    public Task Haproxy_ANodeGoes_NoPullFails(bool byDigest, int signal) => AssertNoPullFailsAsync(ExampleProxy.Haproxy, byDigest, signal);

    [RealProgramTheory(ExampleProxy.Nginx, SkopeoClient.Program)]
    [InlineData(false, Terminate)]
    [InlineData(true, Kill)]
    public Task Nginx_ANodeGoes_NoPullFails(bool byDigest, int signal) => AssertNoPullFailsAsync(ExampleProxy.Nginx, byDigest, signal);

    private async Task AssertStreamsAsync(string program, bool byDigest)
    {
        var (origin, proxy, _) = await StartAllAsync(program, byDigest);
        using var client = new EdgeClient(proxy.Url);
        var layer = _sample.Layers[0];
        var gate = origin.HoldAt(layer.Digest, Sample.LargeBytes / 2);

        using (var cold = await client.OpenAsync(_sample.BlobPath(0)))
        {
            await gate.ReachedAsync();
            await using var body = await cold.Content.ReadAsStreamAsync();
            var firstHalf = new byte[Sample.LargeBytes / 2];

            // All that the origin has sent so far comes through; nothing waits for the rest.
            await body.ReadExactlyAsync(firstHalf).AsTask().WaitAsync(TimeSpan.FromSeconds(60));
            Assert.True(layer.Bytes.AsSpan(0, firstHalf.Length).SequenceEqual(firstHalf));
            gate.Release();
            Assert.True(await EdgeClient.IsEqualAsync(body, layer.Bytes.AsMemory(firstHalf.Length)));
        }

        var range = await client.GetAsync(_sample.BlobPath(0), ("Range", "bytes=1000-1999"));
        Assert.Equal((206, $"bytes 1000-1999/{Sample.LargeBytes}", $"\"{layer.Digest}\""), (range.Status, range["Content-Range"], range["ETag"]));
        Assert.True(layer.Bytes.AsSpan(1000, 1000).SequenceEqual(range.Body));

        var named = await client.GetAsync(_sample.TagPath() + "?ns=docker.io");
        named.AssertIs(_sample.Image.Bytes);
        Assert.Equal(("docker.io", _sample.Image.Digest.ToString()), (named["OCI-Namespace"], named["Docker-Content-Digest"]));
        Assert.Equal(404, (await client.GetAsync(_sample.TagPath() + "?ns=elsewhere.example")).Status);
        var head = await client.HeadAsync(_sample.TagPath());
        Assert.Equal((200, _sample.Image.Bytes.Length.ToString(System.Globalization.CultureInfo.InvariantCulture)), (head.Status, head["Content-Length"]));
        Assert.Empty(proxy.ListStoredBodies());
    }

    private async Task AssertOneNodeForEachAsync(string program)
    {
        var (origin, proxy, _) = await StartAllAsync(program, byDigest: true);
        using var client = new EdgeClient(proxy.Url);

        for (var round = 0; round < 4; round++)
        {
            for (var layer = 0; layer < _sample.Layers.Length; layer++)
            {
                (await client.GetAsync(_sample.BlobPath(layer))).AssertIs(_sample.Layers[layer].Bytes);
            }
        }

        // Two nodes, of which each would have fetched each, and nobody asked for the same twice.
        var fetched = origin.Log.Requests.Where(request => request.Path.Contains("/blobs/", StringComparison.Ordinal)).Select(request => request.Path).ToList();
        Assert.Equal(_sample.Layers.Length, fetched.Count);
        Assert.Equal(fetched.Count, fetched.Distinct().Count());
    }

    private async Task AssertNoPullFailsAsync(string program, bool byDigest, int signal)
    {
        const int Pulls = 12;
        var (_, proxy, first) = await StartAllAsync(program, byDigest);
        using var skopeo = new SkopeoClient();
        var started = 0;
        var failed = new List<string>();

        async Task PullAsync()
        {
            while (Interlocked.Increment(ref started) is var number && number <= Pulls)
            {
                if (number == Pulls / 3)
                {
                    first.Signal(signal);
                }

                ClientPull pull;
                var tries = 0;
                do
                {
                    pull = await skopeo.PullAsync($"{proxy.Url.Authority}/docker.io/{_sample.Name}:latest");
                }
                while (!pull.Succeeded && ++tries < MaxTries);

                lock (failed)
                {
                    failed.AddRange(pull.Succeeded && pull.Digest == _sample.Image.Digest ? [] : [pull.Output]);
                }
            }
        }

        await Task.WhenAll(PullAsync(), PullAsync(), PullAsync());

        Assert.True(failed.Count == 0, string.Join("\n\n", failed));
        _ = await first.EndAsync();
    }

    private async Task<(FakeOrigin Origin, ExampleProxy Proxy, NodeProcess First)> StartAllAsync(string program, bool byDigest)
    {
        var origin = await StartOriginAsync(_sample.Repository);
        var first = Own(await NodeProcess.StartAsync(origin, _first));
        var second = Own(await NodeProcess.StartAsync(origin, _second));
        return (origin, Own(await ExampleProxy.StartAsync(program, byDigest, first.Pull, second.Pull)), first);
    }
}
