# syntax=docker/dockerfile:1
# The image of every role: "docker run IMAGE --upstream …" is a node, "docker run IMAGE balancer" the balancer. Meant to run with a read-only
# root and no capability: docker run --read-only --cap-drop ALL -p 5000:5000 -v edgecache:/var/cache/edgecache IMAGE
# Stop it with a grace period above Drain.Timeout (15 min unless configured): docker run --stop-timeout 960, or docker stop -t 960.
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
# The project files first: the restore is a layer of its own that source changes leave alone.
COPY global.json Directory.Build.props Directory.Packages.props ./
COPY src/EdgeCache.Core/EdgeCache.Core.csproj src/EdgeCache.Core/packages.lock.json src/EdgeCache.Core/
COPY src/EdgeCache.Transport/EdgeCache.Transport.csproj src/EdgeCache.Transport/packages.lock.json src/EdgeCache.Transport/
COPY src/EdgeCache/EdgeCache.csproj src/EdgeCache/packages.lock.json src/EdgeCache/
RUN dotnet restore src/EdgeCache --locked-mode
COPY .editorconfig ./
COPY src src
RUN dotnet publish src/EdgeCache -c Release --no-restore -o /app \
 && install -d -m 0750 /cache

# No shell, no package manager; runs as the image's user "app" (1654), by number, so that Kubernetes can tell that it is not root.
FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled
WORKDIR /app
COPY --from=build /app .
COPY --from=build --chown=1654:1654 /cache /var/cache/edgecache
ENV EDGECACHE__LISTEN=http://0.0.0.0:5000 \
    EDGECACHE__ADMIN__LISTEN=http://127.0.0.1:5001 \
    EDGECACHE__CACHE__PATH=/var/cache/edgecache \
    DOTNET_EnableDiagnostics=0
USER 1654
VOLUME /var/cache/edgecache
EXPOSE 5000
# The first SIGTERM drains: not ready at once, downloads in flight end. The exec form below makes the program the one that gets it.
STOPSIGNAL SIGTERM
# Asks the admin listener, which is not reached from outside. Kept in images of Docker's format: podman and buildah want --format docker.
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s CMD ["/app/edgecache", "health"]
ENTRYPOINT ["/app/edgecache"]
