using EdgeCache.Hosting;
using EdgeCache.Telemetry;

namespace EdgeCache.Admin;

/// <summary>Answers the admin listener and the metrics listener. Safe for concurrent use.</summary>
internal sealed class AdminHandler(HealthEndpoints health, MetricsPipeline metrics, FleetHandler? fleet = null, ScrubHandler? scrub = null)
{
    public const string MetricsPath = "/metrics";

    /// <summary>Everything the operator may see.</summary>
    public Task HandleAdminAsync(HttpContext context) =>
        health.TryHandleAsync(context, showsDetails: true) ?? fleet?.TryHandleAdmin(context) ?? scrub?.TryHandle(context) ?? HandleMetricsAsync(context);

    /// <summary><c>/metrics</c> and nothing else.</summary>
    public Task HandleMetricsAsync(HttpContext context)
    {
        if (context.Request.Path.Value != MetricsPath)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        if (!HttpMethods.IsGet(context.Request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            context.Response.Headers.Allow = "GET";
            return Task.CompletedTask;
        }

        return metrics.HandleAsync(context);
    }
}
