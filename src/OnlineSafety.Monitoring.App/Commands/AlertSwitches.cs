using System.CommandLine;
using OnlineSafety.Monitoring.Access;
using Microsoft.Extensions.Logging.Abstractions;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.People;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Storage.Hosting;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>Switches of the alert commands: whose queue, seen by whom.</summary>
/// <param name="named">A person must be named: what was done about an alert was done by somebody.</param>
internal sealed class AlertSwitches(bool named = false)
{
    public Option<string> School { get; } = SchoolSwitch.Required();

    public Option<string?> As { get; } = named
        ? new("--as")
        {
            Description = "E-mail address or id of the member of staff who takes the step. The record names that person, and the account of this host that took it for them.",
            HelpName = "STAFF",
            Required = true,
        }
        : new("--as")
        {
            Description = "E-mail address or id of the member of staff to act as, who then sees only what that person may; without it the account of this host. Either is recorded.",
            HelpName = "STAFF",
        };

    public Option<bool> Json { get; } = Output.JsonSwitch();

    public static Argument<string> Alert() => new("alert") { Description = "Number of the alert in its school, or its id." };

    public static AlertReference Reference(string text) => AlertReference.TryParse(text, out var reference)
        ? reference
        : throw new SetupException($"\"{SetupText.Shown(text)}\" is neither the number nor the id of an alert. See: onlinesafety alerts list");

    public static SetupException NoSuchAlert(AlertReference reference) =>
        new($"There is no alert {reference} in this school that you may see. See: onlinesafety alerts list");

    /// <summary>Opens the queue and says in which school and as whom.</summary>
    public async Task<OpenedQueue> OpenAsync(Installation installation, ParseResult parse, CancellationToken cancellationToken)
    {
        var guide = installation.Schemas.ReadThemeGuide();
        var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup, DatabaseRole.Console);
        try
        {
            var school = await SchoolSwitch.ResolveAsync(database, parse.GetRequiredValue(School), cancellationToken);
            var actor = await ActorAsync(database, school.SchoolId, parse, cancellationToken);
            return new OpenedQueue(database, new AlertQueue(database[DatabaseRole.Console], guide, new PolicyDirectory(installation.Schemas.ReadBankHolidays(), NullLogger.Instance)), school, actor);
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

        var staff = await new StaffRegister(database[DatabaseRole.Setup]).FindAsync(school, member, Installation.Operator, cancellationToken);
        CommandPermissions.Require(parse, staff.Roles);
        // The record names both: the person acted for, and the account that did it.
        return Actor.Member(staff.StaffId, $"{staff.Name} (by {Installation.Operator.Name})", staff.Roles);
    }
}

/// <summary>The queue of one school as one actor sees it.</summary>
internal sealed record OpenedQueue(MonitoringDatabase Database, AlertQueue Queue, School School, Actor Actor) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Database.DisposeAsync();
}
