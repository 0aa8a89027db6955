namespace EdgeCache.Serving;

/// <summary>Answers what clients of the pull listener ask for.</summary>
internal sealed class RegistryHandler
{
    public Task HandleAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }
}
