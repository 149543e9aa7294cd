using BenchmarkDotNet.Running;
using Hawser.Benchmarks;

BenchmarkSwitcher.FromAssembly(typeof(RequestParsing).Assembly).Run(args.Length == 0 ? ["--filter", "*"] : args);
