namespace EdgeCache.Transport.Kernel;

/// <summary>What epoll(7) says of a socket: EPOLLIN, EPOLLOUT, EPOLLERR, EPOLLHUP, EPOLLRDHUP.</summary>
[Flags]
internal enum EpollEvents : uint
{
    None = 0,
    Readable = 0x1,
    Writable = 0x4,
    Failed = 0x8,
    HungUp = 0x10,
    PeerClosed = 0x2000,
}
