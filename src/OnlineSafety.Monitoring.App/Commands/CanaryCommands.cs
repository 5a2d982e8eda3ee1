using System.CommandLine;
using System.Globalization;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.App.Guides;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.Sources.Health;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>Canaries: proof that what a pupil's device does reaches us through the product.</summary>
internal static class CanaryCommands
{
    private const string Example = "5b0c4d3e-0000-4000-8000-000000000000";

    public static Command Add(Installation installation)
    {
        var source = new Option<Guid>("--source") { Description = "Id of the source that must export it.", Required = true, HelpName = "SOURCE", CustomParser = SourceSwitch.Read };
        var every = new Option<TimeSpan?>("--every") { Description = "How often the device opens it in school hours; without it 15m. It is alarmed when two are missing.", HelpName = "SPAN", CustomParser = SpanSwitch.Read };
        var name = new Option<string>("--name") { Description = "The device that opens it, for people.", DefaultValueFactory = _ => "device" };
        var host = new Option<string?>("--host") { Description = "A host that serves plain HTTP, for a transparent filter; without it a host that never exists." };
        var into = new Option<DirectoryInfo?>("--out") { Description = "Directory for the Windows script and the ChromeOS extension; without it they are described only.", HelpName = "DIR" };
        var json = Output.JsonSwitch();
        var command = new ExampledCommand(
            "add",
            "Make a page and a search for a managed device behind the filter to open on a schedule; their absence is an alarm.",
            $"onlinesafety canary add --source {Example} --name \"library PC 1\"",
            $"onlinesafety canary add --source {Example} --every 15m --out canary --host www.school.example")
        {
            source, every, name, host, into, json,
        };
        return command.Does(async (parse, cancellationToken) =>
        {
            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup);
            var added = await Register(installation, database).AddAsync(
                parse.GetRequiredValue(source), parse.GetRequiredValue(name), parse.GetValue(every) ?? TimeSpan.FromMinutes(15), parse.GetValue(host), Installation.Operator, cancellationToken);
            var guide = new CanaryGuide(installation.Schemas.Canaries, added.Canary);
            var written = parse.GetValue(into) is { } directory ? await guide.WriteAsync(directory.FullName, cancellationToken) : [];
            if (parse.GetValue(json))
            {
                await Output.JsonAsync(parse, new { canary = added.Canary.CanaryId, url = added.Canary.Url, search = added.Canary.Search, term = added.Canary.Token, files = written });
                return;
            }

            await Output.LineAsync(parse, guide.Text(added.SourceName, written));
        });
    }

    public static Command List(Installation installation)
    {
        var school = SchoolSwitch.Required();
        var json = Output.JsonSwitch();
        var command = new ExampledCommand("list", "List canaries and when each was last seen.", "onlinesafety canary list --school \"Example Academy\"") { school, json };
        return command.Does(async (parse, cancellationToken) =>
        {
            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup);
            var owner = await SchoolSwitch.ResolveAsync(database, parse.GetRequiredValue(school), cancellationToken);
            var listed = await Register(installation, database).ListAsync(owner.SchoolId, Installation.Operator, cancellationToken);
            if (parse.GetValue(json))
            {
                await Output.JsonAsync(parse, listed.Select(c => new
                {
                    canary = c.Canary.CanaryId, source = c.Canary.SourceId, sourceName = c.SourceName, c.Canary.Name, url = c.Canary.Url, search = c.Canary.Search,
                    everyMinutes = c.Canary.Every.TotalMinutes, c.Canary.CreatedAt, lastSeen = c.Canary.LastSeenAt,
                }));
                return;
            }

            var zone = SchoolZone.Of(owner.TimeZone);
            Output.Table(
                parse,
                ["Canary", "Source", "Device", "Every", "Last seen", "Search term"],
                listed.Select(c => (string[])[c.Canary.CanaryId.ToString(), c.SourceName, c.Canary.Name, SpanSwitch.Text(c.Canary.Every), Output.Time(c.Canary.LastSeenAt, zone), c.Canary.Token]));
        });
    }

    public static Command Remove(Installation installation)
    {
        var school = SchoolSwitch.Required();
        var canary = new Argument<Guid>("canary") { Description = "Id of the canary." };
        var command = new ExampledCommand(
            "remove", "End a canary: it is missed no more, and what still opens it is counted like any page.", $"onlinesafety canary remove {Example} --school \"Example Academy\"")
        {
            canary, school,
        };
        return command.Does(async (parse, cancellationToken) =>
        {
            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup);
            var owner = await SchoolSwitch.ResolveAsync(database, parse.GetRequiredValue(school), cancellationToken);
            var removed = await Register(installation, database).RemoveAsync(owner.SchoolId, parse.GetRequiredValue(canary), Installation.Operator, cancellationToken);
            await Output.LineAsync(parse, string.Create(CultureInfo.InvariantCulture, $"Canary {removed.Name} is removed. Take it off its device too."));
        });
    }

    private static CanaryRegister Register(Installation installation, Storage.Hosting.MonitoringDatabase database) => new(database[DatabaseRole.Setup], installation.Time);
}
