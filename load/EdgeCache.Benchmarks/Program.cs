using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using EdgeCache.Benchmarks;

// Few iterations by default: enough to see a factor. `--job medium` for a figure that is to be quoted.
var config = DefaultConfig.Instance
    .AddJob(Job.ShortRun.AsDefault())
    .AddDiagnoser(MemoryDiagnoser.Default)
    .AddColumn(StatisticColumn.Min) // The figure that a busy machine spoils least.
    .WithArtifactsPath(Path.Combine("out", "benchmarks"));
BenchmarkSwitcher.FromAssembly(typeof(AllocationCeilingAttribute).Assembly).Run(args, config);
