using System.CommandLine;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>Binds a syslog source to the client certificate that its sender shows over TLS.</summary>
internal static class SourceCertificateCommands
{
    private const string Example = "5b0c4d3e-0000-4000-8000-000000000000";

    public static Command Create(Installation installation) => new("certificate", "The client certificates with which a syslog source sends over TLS.")
    {
        Bind(installation),
        Show(installation),
        Unbind(installation),
    };

    private static Command Bind(Installation installation)
    {
        var (source, file, thumbprint) = (SourceArgument(), FileSwitch(), ThumbprintSwitch());
        var command = new ExampledCommand(
            "bind",
            "Take a source's messages only over TLS with this certificate, whoever issued it; several may be bound while one is renewed.",
            $"onlinesafety source certificate bind {Example} --file client.pem",
            $"onlinesafety source certificate bind {Example} --sha256 3F:A1:...")
        {
            source, file, thumbprint,
        };
        return command.Does(async (parse, cancellationToken) =>
        {
            var wanted = Thumbprint(parse, file, thumbprint);
            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup);
            var bound = await new CertificateRegister(database[DatabaseRole.Setup]).BindAsync(parse.GetRequiredValue(source), wanted, Installation.Operator, cancellationToken);
            await Output.LineAsync(parse, $"{bound.Name} is bound to certificate {CertificateThumbprint.Text(wanted)}: messages without one of its {bound.Certificates.Length} are no longer its own.");
        });
    }

    private static Command Show(Installation installation)
    {
        var source = SourceArgument();
        var json = Output.JsonSwitch();
        var command = new ExampledCommand("show", "Print the SHA-256 of each certificate that is bound.", $"onlinesafety source certificate show {Example}") { source, json };
        return command.Does(async (parse, cancellationToken) =>
        {
            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup);
            var shown = await new CertificateRegister(database[DatabaseRole.Setup]).ShowAsync(parse.GetRequiredValue(source), Installation.Operator, cancellationToken);
            var certificates = shown.Certificates.Select(CertificateThumbprint.Text);
            if (parse.GetValue(json))
            {
                await Output.JsonAsync(parse, new { source = shown.SourceId, tls = shown.Tls, certificates });
                return;
            }

            await Output.LineAsync(parse, (shown.Tls, shown.Certificates.Length) switch
            {
                (false, _) => $"{shown.Name} takes messages with and without TLS.",
                (true, 0) => $"{shown.Name} takes messages only over TLS, and asks for no certificate.",
                _ => $"{shown.Name} takes messages only over TLS, with one of these certificates (SHA-256):",
            });
            foreach (var certificate in certificates)
            {
                await Output.LineAsync(parse, $"  {certificate}");
            }
        });
    }

    private static Command Unbind(Installation installation)
    {
        var (source, file, thumbprint) = (SourceArgument(), FileSwitch(), ThumbprintSwitch());
        var command = new ExampledCommand(
            "unbind", "End what a certificate may do; TLS stays demanded.", $"onlinesafety source certificate unbind {Example} --sha256 3F:A1:...") { source, file, thumbprint };
        return command.Does(async (parse, cancellationToken) =>
        {
            var wanted = Thumbprint(parse, file, thumbprint);
            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup);
            var left = await new CertificateRegister(database[DatabaseRole.Setup]).UnbindAsync(parse.GetRequiredValue(source), wanted, Installation.Operator, cancellationToken);
            await Output.LineAsync(parse, left.Certificates.Length > 0
                ? $"The certificate no longer serves {left.Name}; {left.Certificates.Length} is left."
                : $"The certificate no longer serves {left.Name} and none is left: it takes messages from any sender over TLS.");
        });
    }

    private static byte[] Thumbprint(ParseResult parse, Option<FileInfo?> file, Option<string?> thumbprint) => (parse.GetValue(file), parse.GetValue(thumbprint)) switch
    {
        ({ } own, null) => CertificateThumbprint.OfFile(own.FullName),
        (null, { } text) => CertificateThumbprint.Parse(text),
        _ => throw new SetupException("Give either --file or --sha256."),
    };

    private static Argument<Guid> SourceArgument() => new("source") { Description = "Id of the source.", CustomParser = SourceSwitch.Read };

    private static Option<FileInfo?> FileSwitch() => new("--file") { Description = "The certificate, PEM or DER; its key is not needed.", HelpName = "FILE" };

    private static Option<string?> ThumbprintSwitch() => new("--sha256") { Description = "Its SHA-256, as openssl x509 -in client.pem -noout -fingerprint -sha256 prints it.", HelpName = "HEX" };
}
