using EdgeCache.Load.Cli;

return await LoadCommandLine.RunAsync(args, Console.Out, Console.Error);
