using OnlineSafety.Monitoring.App.Commands;

return await CommandLine.RunAsync(args, Console.Out, Console.Error, TimeProvider.System);
