using EdgeCache.Load.Http;
using Xunit;

namespace EdgeCache.Tests.Load;

public class LoadTargetTests
{
    [Theory]
    [InlineData("http://127.0.0.1:5000")]
    [InlineData("http://127.9.9.9:5000/")]
    [InlineData("http://[::1]:5000")]
    [InlineData("http://localhost")]
    public void ThisMachine_IsAllowed(string text) => Assert.Null(LoadTarget.Refuse(text, allowsRemote: false, out _));

    [Theory]
    [InlineData("http://192.0.2.1:5000")]
    [InlineData("http://registry.example")]
    [InlineData("http://localhost.example")]
    public void OtherMachines_NeedTheWord(string text)
    {
        Assert.Contains("--allow-remote", LoadTarget.Refuse(text, allowsRemote: false, out _), StringComparison.Ordinal);
        Assert.Null(LoadTarget.Refuse(text, allowsRemote: true, out _));
    }

    [Theory]
    [InlineData("127.0.0.1:5000")]
    [InlineData("https://127.0.0.1:5000")]
    [InlineData("http://127.0.0.1/v2/")]
    [InlineData("http://user@127.0.0.1/")]
    public void WhatIsNoPlainUrl_IsRefused(string text) => Assert.NotNull(LoadTarget.Refuse(text, allowsRemote: true, out _));
}
