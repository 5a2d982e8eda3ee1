using System.CommandLine;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Sources.Authentication;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>The secrets with which a webhook source signs. Two may be live, so that one is rotated out without refusing a delivery.</summary>
internal static class SourceSecretCommands
{
    private const string Example = "5b0c4d3e-0000-4000-8000-000000000000";
    private const int LongestSecretFile = 4096;

    public static Command Create(Installation installation) => new("secret", "The secrets with which a webhook source signs.")
    {
        Add(installation),
        List(installation),
        Remove(installation),
    };

    private static Command Add(Installation installation)
    {
        var source = SourceArgument();
        // Never on the command line itself, which every account of the host can read.
        var file = new Option<FileInfo?>("--file") { Description = "File with a secret that the product made; without it a new one is made and printed once.", HelpName = "FILE" };
        var json = Output.JsonSwitch();
        var command = new ExampledCommand(
            "add",
            "Add a secret beside the one in use; both are good until one is removed.",
            $"onlinesafety source secret add {Example}",
            $"onlinesafety source secret add {Example} --file secret-of-the-product.txt")
        {
            source, file, json,
        };
        return command.Does(async (parse, cancellationToken) =>
        {
            var given = parse.GetValue(file) is { } own ? await ReadAsync(own, cancellationToken) : null;
            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup);
            var issued = await installation.Authentication(parse, database)
                .AddSecretAsync(parse.GetRequiredValue(source), given, Installation.Operator, cancellationToken);
            var shown = given is null ? issued.Text : null;
            if (parse.GetValue(json))
            {
                await Output.JsonAsync(parse, new { source = issued.Source.SourceId, secret = issued.Secret.SecretId, text = shown });
                return;
            }

            await Output.LineAsync(parse, $"Secret {issued.Secret.SecretId} of {issued.Source.Name} is live.");
            if (shown is not null)
            {
                await Output.LineAsync(parse, $"Its text, shown only now:  {shown}");
            }
        });
    }

    private static Command List(Installation installation)
    {
        var source = SourceArgument();
        var json = Output.JsonSwitch();
        var command = new ExampledCommand("list", "List the live secrets by id, never their text.", $"onlinesafety source secret list {Example}") { source, json };
        return command.Does(async (parse, cancellationToken) =>
        {
            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup);
            var (_, secrets) = await installation.Authentication(parse, database).ShowAsync(parse.GetRequiredValue(source), Installation.Operator, cancellationToken);
            if (parse.GetValue(json))
            {
                await Output.JsonAsync(parse, secrets.Select(s => new { secret = s.SecretId, added = s.CreatedAt, masterKey = s.MasterId }));
                return;
            }

            Output.Table(parse, ["Secret", "Added", "Master key"], secrets.Select(s => new[] { s.SecretId.ToString(), Output.Time(s.CreatedAt), s.MasterId }));
        });
    }

    private static Command Remove(Installation installation)
    {
        var source = SourceArgument();
        var secret = new Argument<Guid>("secret")
        {
            Description = "Id of the secret.",
            CustomParser = result =>
            {
                if (Guid.TryParse(result.Tokens[0].Value, out var id))
                {
                    return id;
                }

                result.AddError("A secret is named by its id. See: onlinesafety source secret list SOURCE");
                return default;
            },
        };
        var command = new ExampledCommand(
            "remove", "End a secret at once.", $"onlinesafety source secret remove {Example} 0d1c2b3a-0000-4000-8000-000000000000") { source, secret };
        return command.Does(async (parse, cancellationToken) =>
        {
            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup);
            var (changed, left) = await installation.Authentication(parse, database)
                .RemoveSecretAsync(parse.GetRequiredValue(source), parse.GetRequiredValue(secret), Installation.Operator, cancellationToken);
            await Output.LineAsync(parse, left > 0
                ? $"The secret of {changed.Name} is removed; {left} is live."
                : $"The secret of {changed.Name} is removed and none is left: what needs a signature is refused.");
        });
    }

    private static async Task<string> ReadAsync(FileInfo file, CancellationToken cancellationToken)
    {
        if (file.Exists && file.Length > LongestSecretFile)
        {
            throw new SetupException($"{file.Name} is too long for a secret.");
        }

        // An editor ends the last line; no secret ends with a line break.
        return (await File.ReadAllTextAsync(file.FullName, cancellationToken)).TrimEnd('\r', '\n');
    }

    private static Argument<Guid> SourceArgument() => new("source") { Description = "Id of the source.", CustomParser = SourceSwitch.Read };
}
