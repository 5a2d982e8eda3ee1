using System.CommandLine;
using System.Globalization;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.App.Guides;
using OnlineSafety.Monitoring.App.Hosting;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>Adds a source and says what to paste into the product.</summary>
internal static class SourceAddCommand
{
    public static Command Create(Installation installation)
    {
        var switches = new Switches();
        var command = new ExampledCommand(
            "add",
            "Add one export of one product at a school; prints its key once.",
            "onlinesafety source add --school \"Example Academy\" --product protex --via syslog --from 10.2.0.0/24",
            "onlinesafety source add --school \"Example Academy\" --product senso --via webhook --json",
            "onlinesafety source add --school \"Example Academy\" --product netsweeper --via syslog --host filter1",
            "onlinesafety source add --school \"Example Academy\" --product protex --via syslog --certificate client.pem",
            "onlinesafety source add --school \"Example Academy\" --product unknown --via webhook --name \"New filter\"",
            "onlinesafety source add --school \"Example Academy\" --product netsweeper --via webhook --deny-page",
            "onlinesafety source add --school \"Example Academy\" --product smoothwall --via mail --sender smoothwall.com")
        {
            switches.School, switches.Product, switches.Via, switches.From, switches.Sender, switches.Port, switches.Host, switches.App, switches.Tls, switches.Certificate, switches.Name, switches.Zone,
            switches.DenyPage, switches.Capture, switches.Json,
        };
        return command.Does(async (parse, cancellationToken) =>
        {
            var wanted = switches.Read(parse, installation.Schemas);
            var settings = installation.Settings(parse);
            var service = ServiceAddresses.Read(settings.DataDirectory);
            if (wanted.Port is { } port && service.Uses(port))
            {
                throw new SetupException($"The service listens on port {port} for all sources already. Choose a free one, or leave --port out.");
            }

            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup);
            var school = await SchoolSwitch.ResolveAsync(database, parse.GetRequiredValue(switches.School), cancellationToken);
            var issued = await new SourceRegister(database[DatabaseRole.Setup], installation.Time).AddAsync(school.SchoolId, wanted, Installation.Operator, cancellationToken);
            var address = SourceAddress.Of(issued.Source, service.SeenBy(settings.PublicAddress), settings.DropDirectory);
            if (parse.GetValue(switches.Json))
            {
                await Output.JsonAsync(parse, new { source = issued.Source.SourceId, key = issued.Key, url = address.Url, syslog = address.Syslog, drop = address.Drop, mail = address.MailboxOf(issued.Source, issued.Key) });
                return;
            }

            await Output.LineAsync(parse, $"Source {issued.Source.Name} is {issued.Source.SourceId}.");
            await Output.LineAsync(
                parse, address.MailboxOf(issued.Source, issued.Key) is { } mailbox ? $"Mail address, shown only now:  {mailbox}" : $"Key, shown only now:  {issued.Key}");
            await Output.LineAsync(parse);
            await Output.LineAsync(parse, SourceGuide.For(issued.Source, issued.Key, address));
            if (issued.Source.Capture)
            {
                await Output.LineAsync(
                    parse, $"It waits for a mapping: records are kept, and read for grave words at once. When some have come: onlinesafety source suggest {issued.Source.SourceId} --out mapping.json");
            }

            foreach (var note in new[] { SourceGuide.Missing(issued.Source, service, settings.PublicAddress), SourceGuide.Note(issued.Source, service, settings.PublicAddress) }.OfType<string>())
            {
                await Output.LineAsync(parse);
                await Output.LineAsync(parse, note);
            }
        });
    }

    /// <summary>Product word of a source that no pack is for.</summary>
    private const string Unknown = "unknown";

    private sealed class Switches
    {
        public Option<string> School { get; } = SchoolSwitch.Required();

        public Option<string> Product { get; } = new("--product") { Description = "Word of the product: a folder in schemas/vendors; unknown for any other.", Required = true, HelpName = "PRODUCT" };

        public Option<string> Via { get; } = new("--via") { Description = "How it reaches us: webhook, syslog, file or mail.", Required = true };

        public Option<string[]> From { get; } = new("--from") { Description = "Address or network that may send, CIDR; may be repeated.", HelpName = "CIDR", DefaultValueFactory = _ => [] };

        public Option<string[]> Sender { get; } = new("--sender")
        {
            Description = "Who may send its mail: a domain with all below it, or an address; may be repeated. Without it anybody.", HelpName = "DOMAIN", DefaultValueFactory = _ => [],
        };

        public Option<int?> Port { get; } = new("--port")
        {
            Description = "A syslog port for this source alone.",
            CustomParser = result =>
            {
                if (int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= 65535)
                {
                    return port;
                }

                result.AddError("--port is a number between 1 and 65535.");
                return null;
            },
        };

        public Option<string?> Host { get; } = new("--host") { Description = "Host name in the syslog header to match." };

        public Option<string?> App { get; } = new("--app") { Description = "App name (tag) in the syslog header to match." };

        public Option<bool> Tls { get; } = new("--tls") { Description = "Take its syslog or mail only over TLS; with --port that port is one of TLS." };

        public Option<FileInfo?> Certificate { get; } = new("--certificate")
        {
            Description = "Client certificate that it sends with over TLS, PEM or DER.", HelpName = "FILE",
        };

        public Option<string> Name { get; } = new("--name") { Description = "Name for people; without it the product's word.", DefaultValueFactory = _ => "" };

        public Option<string> Zone { get; } = new("--time-zone") { Description = "IANA zone of times that name none.", DefaultValueFactory = _ => "Europe/London" };

        public Option<bool> Capture { get; } = new("--capture")
        {
            Description = "Keep its records until `source map` gives it a mapping, read for grave words alone. Always so for --product unknown.",
        };

        public Option<bool> DenyPage { get; } = new("--deny-page")
        {
            Description = "Its webhook takes GET from the browsers of blocked pupils, as a deny page. Nothing proves what a browser says: such alerts are never more than high alone.",
        };

        public Option<bool> Json { get; } = Output.JsonSwitch();

        public Switches()
        {
            Via.AcceptOnlyFromAmong("webhook", "syslog", "file", "mail");
            From.Validators.Add(result => UsageCheck.Require(result, () => Array.ForEach(result.GetValueOrDefault<string[]>() ?? [], network => NewSource.Network(network))));
            Sender.Validators.Add(result => UsageCheck.Require(result, () => Array.ForEach(result.GetValueOrDefault<string[]>() ?? [], sender => NewSource.Sender(sender))));
            Zone.Validators.Add(result => UsageCheck.Require(result, () => SetupText.Zone(result.GetValueOrDefault<string>() ?? "")));
        }

        public NewSource Read(ParseResult parse, SchemaFiles schemas) => new()
        {
            Product = parse.GetRequiredValue(Product) is Unknown ? Unknown : schemas.Product(parse.GetRequiredValue(Product)),
            DenyPage = parse.GetValue(DenyPage),
            Capture = parse.GetValue(Capture) || parse.GetRequiredValue(Product) is Unknown,
            Door = Words.TryRead<SourceDoor>(parse.GetRequiredValue(Via), out var door) ? door : throw new SetupException("--via is webhook, syslog, file or mail."),
            From = parse.GetRequiredValue(From),
            Port = parse.GetValue(Port),
            Host = parse.GetValue(Host),
            App = parse.GetValue(App),
            Tls = parse.GetValue(Tls),
            Senders = parse.GetRequiredValue(Sender),
            Certificate = parse.GetValue(Certificate) is { } file ? CertificateThumbprint.OfFile(file.FullName) : null,
            Name = parse.GetRequiredValue(Name),
            TimeZone = parse.GetRequiredValue(Zone),
        };
    }
}
