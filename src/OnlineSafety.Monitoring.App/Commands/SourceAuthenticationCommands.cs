using System.CommandLine;
using System.Text.Json;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Sources.Authentication;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>Shows and sets how a webhook source proves itself.</summary>
internal static class SourceAuthenticationCommands
{
    private const string Example = "5b0c4d3e-0000-4000-8000-000000000000";

    public static Command Create(Installation installation) => new("authentication", "How the requests of a webhook source prove themselves.")
    {
        Show(installation),
        Set(installation),
    };

    private static Command Show(Installation installation)
    {
        var source = SourceArgument();
        var command = new ExampledCommand("show", "Print it as JSON.", $"onlinesafety source authentication show {Example}") { source };
        return command.Does(async (parse, cancellationToken) =>
        {
            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup);
            var (found, _) = await installation.Authentication(parse, database).ShowAsync(parse.GetRequiredValue(source), Installation.Operator, cancellationToken);
            await Output.JsonAsync(parse, JsonSerializer.Deserialize<JsonElement>(found.Authentication));
        });
    }

    private static Command Set(Installation installation)
    {
        var source = SourceArgument();
        var preset = new Option<string?>("--preset") { Description = $"One that is shipped: {string.Join(", ", installation.Schemas.AuthenticationPresets)}.", HelpName = "NAME" };
        var file = new Option<FileInfo?>("--file") { Description = "A JSON file as in schemas/webhook-auth, for a product that signs in a way of its own.", HelpName = "FILE" };
        var command = new ExampledCommand(
            "set",
            "Replace it, by a preset or a file.",
            $"onlinesafety source authentication set {Example} --preset standard-webhooks",
            $"onlinesafety source authentication set {Example} --file product-signature.json")
        {
            source, preset, file,
        };
        return command.Does(async (parse, cancellationToken) =>
        {
            var json = (parse.GetValue(preset), parse.GetValue(file)) switch
            {
                ({ } word, null) => installation.Schemas.AuthenticationPreset(word),
                (null, { } own) => await File.ReadAllTextAsync(own.FullName, cancellationToken),
                _ => throw new SetupException("Give either --preset or --file."),
            };
            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup);
            var register = installation.Authentication(parse, database);
            var changed = await register.SetAsync(parse.GetRequiredValue(source), json, Installation.Operator, cancellationToken);
            await Output.LineAsync(parse, $"{changed.Name} is authenticated so from now on.");
            var (_, secrets) = await register.ShowAsync(changed.SourceId, Installation.Operator, cancellationToken);
            if (secrets.Count == 0 && SourceAuthentication.Parse(json).Signatures.Any())
            {
                await Output.LineAsync(parse, $"It has no signing secret yet: onlinesafety source secret add {changed.SourceId}");
            }
        });
    }

    private static Argument<Guid> SourceArgument() => new("source") { Description = "Id of the source.", CustomParser = SourceSwitch.Read };
}
