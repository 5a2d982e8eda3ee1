using System.CommandLine;
using Microsoft.Extensions.Logging.Abstractions;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.App.Hosting;
using OnlineSafety.Monitoring.People;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Sources.Authentication;
using OnlineSafety.Monitoring.Storage.Embedded;
using OnlineSafety.Monitoring.Storage.Hosting;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>The switches that every command has: which installation it works on.</summary>
internal sealed class Installation(TimeProvider time)
{
    private readonly Option<string> _data = new("--data")
    {
        Description = "Data directory of the installation.",
        DefaultValueFactory = _ => "./data",
        HelpName = "DIR",
        Recursive = true,
    };

    private readonly Option<string?> _connection = new("--connection")
    {
        Description = "A Postgres server of one's own, for example \"Host=db.example;Username=onlinesafety;Password=...\"; without it the embedded one in the data directory.",
        HelpName = "STRING",
        Recursive = true,
    };

    private readonly Option<string?> _masterKey = new("--master-key-file")
    {
        Description = "File of the master key; without it master.key in the data directory, made on the first start.",
        HelpName = "FILE",
        Recursive = true,
    };

    private readonly Option<string?> _previousKey = new("--previous-master-key-file")
    {
        Description = "File of the master key that was used before, while it is being changed; without it FILE.previous beside the master key's, where there is one.",
        HelpName = "FILE",
        Recursive = true,
    };

    public TimeProvider Time { get; } = time;

    public SchemaFiles Schemas { get; } = SchemaFiles.BesideTheExecutable;

    /// <summary>Who is at the keyboard: the account of the host, also behind sudo.</summary>
    public static Actor Operator
    {
        get
        {
            var behind = Environment.GetEnvironmentVariable("SUDO_USER");
            return Actor.Operator(string.IsNullOrEmpty(behind) ? Environment.UserName : $"{Environment.UserName} (sudo: {SetupText.Shown(behind)})");
        }
    }

    public void AddTo(RootCommand root)
    {
        RequireText(_data);
        RequireText(_connection);
        RequireText(_masterKey);
        RequireText(_previousKey);
        root.Add(_data);
        root.Add(_connection);
        root.Add(_masterKey);
        root.Add(_previousKey);
    }

    // An empty one is a variable that was not set, and not what is used when the switch is left out.
    private static void RequireText(Option option) => option.Validators.Add(result =>
    {
        if (result.Tokens.Any(token => string.IsNullOrWhiteSpace(token.Value)))
        {
            result.AddError($"{option.Name} is empty.");
        }
    });

    public InstallationSettings Settings(ParseResult parse) =>
        InstallationSettings.Read(parse.GetRequiredValue(_data), parse.GetValue(_connection), parse.GetValue(_masterKey), parse.GetValue(_previousKey));

    /// <summary>The database for a command that needs these roles.</summary>
    public Task<MonitoringDatabase> OpenAsync(ParseResult parse, CancellationToken cancellationToken, params DatabaseRole[] roles) =>
        MonitoringDatabase.OpenAsync(Settings(parse).Database(ClusterUse.Command, roles), NullLoggerFactory.Instance, Time, cancellationToken);

    /// <summary>What is sealed of schools, for a command that works as one of the roles that may read school keys.</summary>
    public SchoolSeals Seals(ParseResult parse, Database database)
    {
        var settings = Settings(parse);
        return new(database, settings.MasterKeys(mayMake: settings.Embedded), Time);
    }

    /// <summary>Changes a staff list; what is sealed is opened only where the school has a people list.</summary>
    public StaffRegister Staff(ParseResult parse, Database setup) => new(setup, new PupilNames(() => Seals(parse, setup)));

    /// <summary>Seals signing secrets with the master key of this installation.</summary>
    public AuthenticationRegister Authentication(ParseResult parse, MonitoringDatabase database)
    {
        var settings = Settings(parse);
        return new(database[DatabaseRole.Setup], settings.MasterKeys(mayMake: settings.Embedded), Time);
    }
}
