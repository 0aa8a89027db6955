using EdgeCache.Demo;
using EdgeCache.Load.Http;
using EdgeCache.Testing.Origin;
using Xunit;

namespace EdgeCache.Tests.Load;

public class RegistryConnectionTests
{
    private static readonly SampleLayer Layer = SampleLayer.Opaque(seed: 1, sizeBytes: 100_000);

    [Fact]
    public async Task OneConnection_CarriesManyAnswersWhole()
    {
        await using var origin = await StartAsync();
        using var connection = await RegistryConnection.ConnectAsync(origin.Url, 4096, CancellationToken.None);
        var request = RegistryConnection.CreateGet(origin.Url, $"/v2/load/blobs/blobs/{Layer.Digest}");
        for (var round = 0; round < 3; round++)
        {
            var head = await connection.SendAsync(request, CancellationToken.None);
            Assert.Equal((200, Layer.Bytes.Length), (head.Status, head.BodyBytes));
            Assert.Equal(Layer.Bytes, await ReadAsync(connection));
        }

        Assert.Single(origin.Log.Requests.Select(seen => seen.ConnectionId).Distinct());
    }

    [Fact]
    public async Task CutBody_IsNeverAnEnd()
    {
        await using var origin = await StartAsync();
        origin.Faults.Always(When.AnyBlob, Fault.CutAfter(50_000));
        using var connection = await RegistryConnection.ConnectAsync(origin.Url, 4096, CancellationToken.None);
        await connection.SendAsync(RegistryConnection.CreateGet(origin.Url, $"/v2/load/blobs/blobs/{Layer.Digest}"), CancellationToken.None);
        await Assert.ThrowsAsync<EndOfStreamException>(() => ReadAsync(connection));
    }

    [Fact]
    public async Task NoContentLength_IsRefused()
    {
        await using var origin = await StartAsync();
        origin.Faults.Always(When.AnyBlob, Fault.Chunked);
        using var connection = await RegistryConnection.ConnectAsync(origin.Url, 4096, CancellationToken.None);
        var request = RegistryConnection.CreateGet(origin.Url, $"/v2/load/blobs/blobs/{Layer.Digest}");
        await Assert.ThrowsAsync<InvalidDataException>(async () => await connection.SendAsync(request, CancellationToken.None));
    }

    [Fact]
    public async Task HeadLongerThanTheBuffer_IsRefused()
    {
        await using var origin = await StartAsync();
        origin.Faults.Always(When.AnyBlob, Fault.WithHeader("X-Long", new string('x', 5000)));
        using var connection = await RegistryConnection.ConnectAsync(origin.Url, 4096, CancellationToken.None);
        var request = RegistryConnection.CreateGet(origin.Url, $"/v2/load/blobs/blobs/{Layer.Digest}");
        await Assert.ThrowsAsync<InvalidDataException>(async () => await connection.SendAsync(request, CancellationToken.None));
    }

    private static Task<FakeOrigin> StartAsync()
    {
        var builder = new SampleRepositoryBuilder("load/blobs");
        builder.AddImage([Layer], "latest");
        return FakeOrigin.StartAsync(builder.Build());
    }

    private static async Task<byte[]> ReadAsync(RegistryConnection connection)
    {
        var body = new MemoryStream();
        while (await connection.ReadAsync(CancellationToken.None) is { IsEmpty: false } piece)
        {
            body.Write(piece.Span);
        }

        return body.ToArray();
    }
}
