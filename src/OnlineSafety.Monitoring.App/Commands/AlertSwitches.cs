using System.CommandLine;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Sealing;
using Microsoft.Extensions.Logging.Abstractions;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.People;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Storage.Hosting;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>Switches of the alert commands: whose queue, seen by whom.</summary>
internal sealed class AlertSwitches
{
    public Option<string> School { get; } = SchoolSwitch.Required();

    public Option<string?> As { get; } = new("--as")
    {
        Description = "E-mail address or id of the member of staff to act as, who then sees only what that person may. Recorded with the account of this host.",
        HelpName = "STAFF",
    };

    /// <summary>A file and no argument: everybody on the host reads a command line.</summary>
    private Option<FileInfo?> Key { get; } = new("--key-file")
    {
        Description = "File with a staff key (onlinesafety staff key issue): acts as its owner, who then sees only what that person may.", HelpName = "FILE",
    };

    private Option<string?> Name { get; } = new("--name") { Description = "Who looks or acts, where it is nobody of the school's staff: your own name. Recorded.", HelpName = "NAME" };

    private Option<string?> Reason { get; } = new("--reason") { Description = "Why, when it is done past the school's staff; recorded. Goes with --name.", HelpName = "TEXT" };

    public Option<bool> Json { get; } = Output.JsonSwitch();

    /// <summary>
    /// Has a command that shows what children did, or changes it, ask who does that: a key's owner, a member of staff on the operator's word, or somebody who gives a
    /// name and a reason. The account of the host alone says nothing: on many hosts it is root for everybody.
    /// </summary>
    public ExampledCommand Asks(ExampledCommand command)
    {
        command.Add(As);
        command.Add(Key);
        command.Add(Name);
        command.Add(Reason);
        command.Add(Json);
        command.Validators.Add(result =>
        {
            var (member, key) = (result.GetResult(As) is not null, result.GetResult(Key) is not null);
            var named = !string.IsNullOrWhiteSpace(result.GetValue(Name)) && !string.IsNullOrWhiteSpace(result.GetValue(Reason));
            if ((member ? 1 : 0) + (key ? 1 : 0) + (result.GetResult(Name) is not null || result.GetResult(Reason) is not null ? 1 : 0) != 1 || (!member && !key && !named))
            {
                result.AddError("Say who this is: --key-file with a key of a member of staff, --as with the one you act for, or --name with your own name and --reason with why it is you.");
            }
            else if (result.GetValue(Name) is { Length: > 100 } || result.GetValue(Reason) is { Length: > 2000 })
            {
                result.AddError("--name is at most 100 letters, --reason at most 2000.");
            }
        });
        return command;
    }

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
            var seals = installation.Seals(parse, database[DatabaseRole.Console]);
            var actor = await ActorAsync(database, seals, school.SchoolId, parse, cancellationToken);
            return new OpenedQueue(database, new AlertQueue(database[DatabaseRole.Console], guide, new PolicyDirectory(installation.Schemas.ReadBankHolidays(), NullLogger.Instance), seals), school, actor);
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    private async Task<Actor> ActorAsync(MonitoringDatabase database, SchoolSeals seals, Guid school, ParseResult parse, CancellationToken cancellationToken)
    {
        if (parse.GetValue(Key) is { } file)
        {
            var key = (await File.ReadAllTextAsync(file.FullName, cancellationToken)).Trim();
            var owner = await new StaffKeys(database[DatabaseRole.Console]).FindAsync(key, cancellationToken);
            // A key of another school is answered like one that never was.
            return owner is not null && owner.School == school && CommandPermissions.Of(CommandPermissions.PathOf(parse)) is { } permission && owner.May(permission)
                ? owner.Actor with { Name = $"{owner.Actor.Name} (by {Installation.Operator.Name})" }
                : throw new SetupException("The key in that file does not open this: it is unknown here, has ended, or its owner may not do this.");
        }

        if (parse.GetValue(As) is { } member)
        {
            var staff = await new StaffList(database[DatabaseRole.Setup]).FindAsync(school, member, Installation.Operator, cancellationToken);
            CommandPermissions.Require(parse, staff.Roles);
            // The record names both: the person acted for, and the account that did it.
            return Actor.Member(staff.StaffId, $"{staff.Name} (by {Installation.Operator.Name})", staff.Roles);
        }

        return parse.GetValue(Name) is { } name ? await PastTheStaffAsync(database, seals, school, name.Trim(), parse, cancellationToken) : Installation.Operator;
    }

    // The reason stands in the record before anything is shown or done.
    private async Task<Actor> PastTheStaffAsync(MonitoringDatabase database, SchoolSeals seals, Guid school, string name, ParseResult parse, CancellationToken cancellationToken)
    {
        var actor = Actor.Operator($"{SetupText.Shown(name)} ({Installation.Operator.Name})");
        var seal = await seals.OfAsync(school, cancellationToken);
        await using var session = await database[DatabaseRole.Console].OpenAsync(school, actor, cancellationToken);
        session.RecordAccess(school, "alert.past-the-staff", CommandPermissions.PathOf(parse), seal.SealWords(parse.GetValue(Reason)!.Trim(), SealedField.AccessReason));
        await session.CommitAsync(cancellationToken);
        return actor;
    }
}

/// <summary>The queue of one school as one actor sees it.</summary>
internal sealed record OpenedQueue(MonitoringDatabase Database, AlertQueue Queue, School School, Actor Actor) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Database.DisposeAsync();
}
