using System.CommandLine;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.People;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Storage.Hosting;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>Switches of the commands that keep and let go: in which school, for whom, and why.</summary>
internal sealed class RetentionSwitches
{
    private const int LongestReason = 2000;

    public Option<string> School { get; } = SchoolSwitch.Required();

    public Option<string?> As { get; } = new("--as")
    {
        Description = "E-mail address or id of the member of staff for whom it is done; without it the account of this host. Either is recorded.", HelpName = "STAFF",
    };

    public Option<bool> Json { get; } = Output.JsonSwitch();

    public static Option<string> Reason(string what)
    {
        var reason = new Option<string>("--reason") { Description = what, HelpName = "TEXT", Required = true };
        reason.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is not { } text || text.Trim().Length == 0 || text.Length > LongestReason)
            {
                result.AddError($"--reason says why, in {LongestReason} letters at most.");
            }
        });
        return reason;
    }

    /// <summary>Opens the installation with the roles of retention, in one school and in the name of whoever asks.</summary>
    public async Task<OpenedRetention> OpenAsync(Installation installation, ParseResult parse, CancellationToken cancellationToken, params DatabaseRole[] others)
    {
        var database = await installation.OpenAsync(parse, cancellationToken, [DatabaseRole.Setup, DatabaseRole.Retention, .. others]);
        try
        {
            var school = await SchoolSwitch.ResolveAsync(database, parse.GetRequiredValue(School), cancellationToken);
            return new OpenedRetention(
                database, installation.Seals(parse, database[DatabaseRole.Retention]), school, await ActorAsync(database, school.SchoolId, parse, cancellationToken));
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    private async Task<Actor> ActorAsync(MonitoringDatabase database, Guid school, ParseResult parse, CancellationToken cancellationToken)
    {
        if (parse.GetValue(As) is not { } member)
        {
            return Installation.Operator;
        }

        var staff = await new StaffList(database[DatabaseRole.Setup]).FindAsync(school, member, Installation.Operator, cancellationToken);
        CommandPermissions.Require(parse, staff.Roles);
        // The record names both: the person acted for, and the account that did it.
        return Actor.Member(staff.StaffId, $"{staff.Name} (by {Installation.Operator.Name})", staff.Roles);
    }

    /// <summary>Asks on the terminal; what is no yes is a no.</summary>
    public static async Task<bool> AgreesAsync(ParseResult parse, string question)
    {
        if (Console.IsInputRedirected)
        {
            throw new SetupException("Nobody can be asked here: give --yes to do it.");
        }

        await parse.InvocationConfiguration.Output.WriteAsync($"{question} [y/N] ");
        return Console.ReadLine()?.Trim().ToLowerInvariant() is "y" or "yes";
    }
}

/// <summary>A school, by whom it is asked after, and the database.</summary>
internal sealed record OpenedRetention(MonitoringDatabase Database, SchoolSeals Seals, School School, Actor Actor) : IAsyncDisposable
{
    public Database Retention => Database[DatabaseRole.Retention];

    public ValueTask DisposeAsync() => Database.DisposeAsync();
}
