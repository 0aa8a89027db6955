namespace EdgeCache.Load.Processes;

/// <summary>Which node is measured.</summary>
/// <param name="Assembly">Its <c>edgecache.dll</c>.</param>
/// <param name="HasAccessLog">Whether it writes its access log (to a pipe that the driver drains).</param>
/// <param name="Folder">Where the folder of its cache is made.</param>
internal sealed record NodeSettings(string Assembly, bool HasAccessLog, string Folder);
