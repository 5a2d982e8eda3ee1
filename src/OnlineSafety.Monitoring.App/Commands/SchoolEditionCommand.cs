using System.CommandLine;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.Processing;
using OnlineSafety.Monitoring.Sources.Overlays;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>Which edition of the taxonomy judges a school's events.</summary>
internal static class SchoolEditionCommand
{
    public static Command Create(Installation installation)
    {
        var edition = new Argument<string?>("edition") { Description = "Id of the edition, for example kcsie-2026; without it what was chosen is shown.", Arity = ArgumentArity.ZeroOrOne, HelpName = "ID" };
        var school = SchoolSwitch.Required();
        var from = DaySwitch.Optional("--from", "First day that it judges; without it from now on.");
        var json = Output.JsonSwitch();
        var command = new ExampledCommand(
            "edition",
            "Choose the edition of the taxonomy that judges what a school receives from a day on. What was judged before stays as it was judged.",
            "onlinesafety school edition kcsie-2026 --school \"Example Academy\" --from 2026-09-01",
            "onlinesafety school edition --school \"Example Academy\"")
        {
            edition, school, from, json,
        };
        return command.Does(async (parse, cancellationToken) =>
        {
            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup);
            var at = await SchoolSwitch.ResolveAsync(database, parse.GetRequiredValue(school), cancellationToken);
            var register = new EditionRegister(database[DatabaseRole.Setup], installation.Time);
            var zone = SchoolZone.Of(at.TimeZone);
            var editions = Rules.LoadEditions(installation.Schemas.Root, edition: installation.Settings(parse).Configuration["Taxonomy"]);
            if (parse.GetValue(edition) is { } wanted)
            {
                var id = RuleExplainCommand.Edition(editions, wanted).Taxonomy.Id;
                await register.ChooseAsync(
                    at.SchoolId, id, parse.GetValue(from) is { } day ? new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), zone.GetUtcOffset(day.ToDateTime(TimeOnly.MinValue))).ToUniversalTime() : null,
                    Installation.Operator, cancellationToken);
            }

            var chosen = await register.ListAsync(at.SchoolId, Installation.Operator, cancellationToken);
            if (parse.GetValue(json))
            {
                await Output.JsonAsync(parse, new { school = at.SchoolId, installation = editions.Standard.Taxonomy.Id, known = editions.Ids, chosen });
                return;
            }

            await Output.LineAsync(parse, $"Editions: {string.Join(", ", editions.Ids)}. This installation's is {editions.Standard.Taxonomy.Id}.");
            foreach (var choice in chosen)
            {
                await Output.LineAsync(parse, $"{at.Name} is judged by {choice.Edition} from {Output.Time(choice.From, zone)}.");
            }
        });
    }
}
