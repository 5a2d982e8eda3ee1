using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Alerts.Silences;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.People;
using OnlineSafety.Monitoring.Processing;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Storage.Hosting;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>Has no messages sent about some alerts for a while, as a named person. Each alert stays on the queue.</summary>
internal static class SilenceCommands
{
    private const string Example = "5b0c4d3e-0000-4000-8000-000000000000";

    public static Command Create(Installation installation) => new("silence", "Have no messages sent about some alerts for a while; each stays on the queue and in the digest.")
    {
        Add(installation), List(installation), Approve(installation), End(installation),
    };

    private static Command Add(Installation installation)
    {
        var school = SchoolSwitch.Required();
        var member = As(required: true);
        var source = new Option<Guid?>("--source") { Description = "Alerts that this source alone reported.", HelpName = "SOURCE" };
        var theme = new Option<string?>("--theme") { Description = "Alerts of this theme alone, a code of the taxonomy.", HelpName = "THEME" };
        var rule = new Option<string?>("--rule") { Description = "Alerts for which this rule alone speaks.", HelpName = "RULE" };
        var upTo = new Option<string>("--up-to") { Description = "Gravest severity that it covers: low, medium, or high, which waits for a second person. Critical never.", DefaultValueFactory = _ => "medium" };
        var days = new Option<int>("--days") { Description = "How long, in days, 14 at most.", DefaultValueFactory = _ => 7 };
        var reason = new Option<string>("--reason") { Description = "Why. Printed in every digest: no pupil's name.", Required = true };
        var preview = new Option<bool>("--preview") { Description = "Only show what it would have covered." };
        var json = Output.JsonSwitch();
        upTo.AcceptOnlyFromAmong("low", "medium", "high");
        var command = new ExampledCommand(
            "add",
            "Begin a silence. Shows first what it would have covered in the last two weeks.",
            "onlinesafety silence add --school \"Example Academy\" --as dsl@school.example --theme gambling --reason \"Year 11 statistics project on odds\"",
            $"onlinesafety silence add --school \"Example Academy\" --as dsl@school.example --source {Example} --up-to high --days 2 --reason \"Pilot of a new filter\"")
        {
            school, member, source, theme, rule, upTo, days, reason, preview, json,
        };
        return command.Does(async (parse, cancellationToken) =>
        {
            _ = Words.TryRead<Severity>(parse.GetRequiredValue(upTo), out var most);
            var scope = new SilenceScope(parse.GetValue(source), parse.GetValue(theme), parse.GetValue(rule), most);
            await using var opened = await OpenAsync(installation, parse, school, member, cancellationToken);
            var shown = await opened.Silences.PreviewAsync(opened.School.SchoolId, opened.Actor, scope, cancellationToken);
            var until = installation.Time.GetUtcNow().AddDays(parse.GetRequiredValue(days));
            // One that lasts the longest time is not refused for the moments that this took.
            Guid? added = parse.GetValue(preview)
                ? null
                : await opened.Silences.AddAsync(opened.School.SchoolId, opened.Actor, new NewSilence(scope, parse.GetRequiredValue(reason), until.AddSeconds(-30)), cancellationToken);
            if (parse.GetValue(json))
            {
                await Output.JsonAsync(parse, new { silence = added, waits = added is not null && scope.NeedsSecondPerson, until, preview = shown });
                return;
            }

            await Output.LineAsync(parse, string.Create(
                CultureInfo.InvariantCulture,
                $"In the last {shown.Days} days it would have covered {shown.Covered} of {Counted.Of(shown.All, "alert")}, {shown.High} of them high; {Counted.Of(shown.Open, "is", "are")} open now."));
            if (added is { } id)
            {
                await Output.LineAsync(parse, $"Silence {id} until {Output.Time(until, SchoolZone.Of(opened.School.TimeZone))}.");
                await Output.LineAsync(parse, scope.NeedsSecondPerson
                    ? $"It waits for a second person:  onlinesafety silence approve {id} --school {opened.School.SchoolId} --as ..."
                    : $"End it:  onlinesafety silence end {id} --school {opened.School.SchoolId} --as ...");
            }
        });
    }

    private static Command List(Installation installation)
    {
        var school = SchoolSwitch.Required();
        var member = As(required: false);
        var all = new Option<bool>("--all") { Description = "Those that have ended as well." };
        var json = Output.JsonSwitch();
        var command = new ExampledCommand("list", "List the silences of a school.", "onlinesafety silence list --school \"Example Academy\"") { school, member, all, json };
        return command.Does(async (parse, cancellationToken) =>
        {
            await using var opened = await OpenAsync(installation, parse, school, member, cancellationToken);
            var silences = await opened.Silences.ListAsync(opened.School.SchoolId, opened.Actor, parse.GetValue(all), cancellationToken);
            if (parse.GetValue(json))
            {
                await Output.JsonAsync(parse, silences);
                return;
            }

            var zone = SchoolZone.Of(opened.School.TimeZone);
            Output.Table(parse, ["Silence", "Covers", "State", "Until", "Met", "By", "With", "Why"], silences.Select(s => (string[])
            [
                s.Silence.ToString(), SetupText.Shown(s.Scope), s.WhyEnded is null ? s.State : $"{s.State}: {s.WhyEnded}", Output.Time(s.EndsAt, zone),
                s.Hits.ToString(CultureInfo.InvariantCulture), SetupText.Shown(s.Author), SetupText.Shown(s.Approver ?? "-"), SetupText.Shown(s.Reason),
            ]));
        });
    }

    private static Command Approve(Installation installation) => Step(
        installation, "approve", "Say as a second person that a silence up to high may begin.", "The silence stands.",
        (opened, silence, cancellationToken) => opened.Silences.ApproveAsync(opened.School.SchoolId, opened.Actor, silence, cancellationToken));

    private static Command End(Installation installation) => Step(
        installation, "end", "End a silence now.", "The silence is over.",
        (opened, silence, cancellationToken) => opened.Silences.EndAsync(opened.School.SchoolId, opened.Actor, silence, cancellationToken));

    private static Command Step(Installation installation, string name, string what, string done, Func<OpenedSilences, Guid, CancellationToken, Task> work)
    {
        var silence = new Argument<Guid>("silence") { Description = "Id of the silence.", CustomParser = SourceSwitch.Read };
        var school = SchoolSwitch.Required();
        var member = As(required: true);
        var command = new ExampledCommand(name, what, $"onlinesafety silence {name} {Example} --school \"Example Academy\" --as deputy@school.example") { silence, school, member };
        return command.Does(async (parse, cancellationToken) =>
        {
            await using var opened = await OpenAsync(installation, parse, school, member, cancellationToken);
            await work(opened, parse.GetRequiredValue(silence), cancellationToken);
            await Output.LineAsync(parse, done);
        });
    }

    private static Option<string?> As(bool required) => new("--as")
    {
        Description = "E-mail address or id of the member of staff whose silence it is.", HelpName = "STAFF", Required = required,
    };

    private static async Task<OpenedSilences> OpenAsync(
        Installation installation, ParseResult parse, Option<string> school, Option<string?> member, CancellationToken cancellationToken)
    {
        var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup, DatabaseRole.Console);
        try
        {
            var at = await SchoolSwitch.ResolveAsync(database, parse.GetRequiredValue(school), cancellationToken);
            var actor = await ActorAsync(database, at.SchoolId, parse.GetValue(member), cancellationToken);
            var policies = new PolicyDirectory(installation.Schemas.ReadBankHolidays(), NullLogger<PolicyDirectory>.Instance);
            return new OpenedSilences(database, new SilenceRegister(database[DatabaseRole.Console], policies, WordsOf(installation, parse), installation.Time), at, actor);
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    private static SilenceVocabulary WordsOf(Installation installation, ParseResult parse)
    {
        var settings = installation.Settings(parse).Configuration;
        return new SilenceVocabulary(
            theme => installation.Schemas.ReadThemeGuide().Knows(theme),
            rule => Rules.LoadEditions(installation.Schemas.Root, settings["RulePacks"], settings["Taxonomy"]).Standard.RuleIds.Contains(rule, StringComparer.Ordinal));
    }

    private static async Task<Actor> ActorAsync(MonitoringDatabase database, Guid school, string? member, CancellationToken cancellationToken)
    {
        if (member is null)
        {
            return Installation.Operator;
        }

        var staff = await new StaffList(database[DatabaseRole.Setup]).FindAsync(school, member, Installation.Operator, cancellationToken);
        // The record names both: the person, and the account that did it.
        return Actor.Member(staff.StaffId, $"{staff.Name} (by {Installation.Operator.Name})", staff.Roles);
    }

    private sealed record OpenedSilences(MonitoringDatabase Database, SilenceRegister Silences, School School, Actor Actor) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => Database.DisposeAsync();
    }
}
