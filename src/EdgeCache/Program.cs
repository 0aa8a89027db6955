using EdgeCache.Cli;

return await EdgeCacheCommandLine.RunAsync(args, Console.Out, Console.Error);
