using System.Net.Sockets;
using EdgeCache.Core.Fill;
using EdgeCache.Origin;
using Xunit;

namespace EdgeCache.Tests.Origin;

public class AttemptFailureTests
{
    [Fact]
    public void ConnectionResetAsSoonAsItStands_IsAnUpstreamThatCannotBeReached()
    {
        // .NET does not wrap this one: it asks the connected socket for its peer.
        var failure = AttemptFailure.Of(new SocketException((int)SocketError.NotConnected));

        Assert.Equal((OriginOutcome.Unreachable, EndpointSignal.Unreachable), (failure.Outcome, failure.Signal));
    }
}
