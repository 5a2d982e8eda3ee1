using System.CommandLine;
using System.CommandLine.Parsing;
using OnlineSafety.Monitoring.App.Hosting;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>Runs the service until it is told to stop.</summary>
internal static class ServeCommand
{
    public static Command Create(Installation installation)
    {
        var addresses = new AddressSwitches();
        var roles = new Option<string>("--roles") { Description = "What this process does: ingest, process, notify, console.", DefaultValueFactory = _ => "ingest,process,notify,console" };
        var command = new ExampledCommand(
            "serve",
            "Run the service. Ctrl-C or SIGTERM stops it within 30 s.",
            "onlinesafety serve --data ./data",
            "onlinesafety serve --data /srv/onlinesafety --http 0.0.0.0:8080 --syslog 0.0.0.0:5514",
            "onlinesafety serve --connection \"Host=db.example;Username=onlinesafety;Password=...\" --roles ingest")
        {
            addresses.Http, addresses.Syslog, roles,
        };
        roles.Validators.Add(result => UsageCheck.Require(result, () => ServiceRoleWords.Parse(result.GetValueOrDefault<string>())));
        return command.Does(async (parse, cancellationToken) =>
        {
            var options = addresses.Read(parse, installation) with { Roles = ServiceRoleWords.Parse(parse.GetRequiredValue(roles)) };
            await using var service = await RunningService.StartAsync(options, installation.Schemas, installation.Time, cancellationToken);
            foreach (var line in service.ReadyLines())
            {
                await Output.LineAsync(parse, line);
            }

            foreach (var line in await FirstSignIn.LinesAsync(service, FirstSignIn.ToJournal(parse), installation.Time, cancellationToken))
            {
                await Output.LineAsync(parse, line);
            }

            await service.WaitForShutdownAsync(cancellationToken);
        });
    }
}

/// <summary><c>--http</c> and <c>--syslog</c>.</summary>
internal sealed class AddressSwitches
{
    public Option<string> Http { get; } = new("--http")
    {
        Description = "Where HTTP listens. Put a TLS proxy in front of any address that others can reach.",
        HelpName = "ADDR:PORT",
        DefaultValueFactory = _ => ServiceAddresses.DefaultHttp,
    };

    public Option<string> Syslog { get; } = new("--syslog")
    {
        Description = "Where syslog listens, UDP and TCP; ports of single sources open on the same address.",
        HelpName = "ADDR:PORT",
        DefaultValueFactory = _ => ServiceAddresses.DefaultSyslog,
    };

    public AddressSwitches()
    {
        UsageCheck.RequireEndpoint(Http);
        UsageCheck.RequireEndpoint(Syslog);
    }

    public ServiceOptions Read(ParseResult parse, Installation installation) => new()
    {
        Settings = installation.Settings(parse),
        Http = ServiceOptions.Endpoint(parse.GetRequiredValue(Http), "--http"),
        Syslog = ServiceOptions.Endpoint(parse.GetRequiredValue(Syslog), "--syslog"),
    };
}

/// <summary>Makes what a switch's reader refuses an error of usage.</summary>
internal static class UsageCheck
{
    public static void Require(SymbolResult result, Action read)
    {
        try
        {
            read();
        }
        catch (SetupException error)
        {
            result.AddError(error.Message);
        }
    }

    public static void RequireEndpoint(Option<string> option) =>
        option.Validators.Add(result => Require(result, () => ServiceOptions.Endpoint(result.GetValueOrDefault<string>() ?? "", option.Name)));
}
