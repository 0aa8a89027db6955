using System.Net;
using System.Net.Sockets;

namespace EdgeCache.Testing.Network;

/// <summary>
/// Ports of the loopback that nobody has at the moment, for who must be named before it listens. Somebody else may take one in between: whoever listens tries
/// again with others.
/// </summary>
public static class FreePorts
{
    public static int[] Take(int count)
    {
        var sockets = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToArray();
        try
        {
            return Array.ConvertAll(sockets, socket =>
            {
                socket.Start();
                return ((IPEndPoint)socket.LocalEndpoint).Port;
            });
        }
        finally
        {
            foreach (var socket in sockets)
            {
                socket.Dispose();
            }
        }
    }
}
