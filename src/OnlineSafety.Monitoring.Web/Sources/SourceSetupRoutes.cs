using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Sources.Authentication;

namespace OnlineSafety.Monitoring.Web.Sources;

/// <summary>Adds a source, gives it another key, says what silence is usual, takes it out of use.</summary>
internal static class SourceSetupRoutes
{
    /// <summary>Product word of a source that no mapping is for.</summary>
    public const string Unknown = "unknown";

    private const string Unlimited = "Nothing tells it from others: it would take every line that fits no other source.";

    /// <summary>What a silence set by hand may be.</summary>
    public const string GapLimits = "Whole minutes from 5 to 43200 (30 days of school), or empty: it is measured.";

    public static void MapSourceAdding(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/sources/add", Blank).Requires(Permission.ManageSources);
        routes.MapPost("/sources/add", AddAsync).Requires(Permission.ManageSources);
    }

    public static void MapSourceSetup(this IEndpointRouteBuilder one)
    {
        one.MapPost("/key", RotateAsync).Requires(Permission.ManageSources);
        one.MapPost("/secret", RotateSecretAsync).Requires(Permission.ManageSources);
        one.MapPost("/expect", ExpectAsync).Requires(Permission.ManageSources);
        one.MapPost("/disable", DisableAsync).Requires(Permission.ManageSources);
        one.MapPost("/enable", EnableAsync).Requires(Permission.ManageSources);
        one.MapPost("/edit", EditAsync).Requires(Permission.ManageSources);
        one.MapPost("/authentication", AuthenticateAsync).Requires(Permission.ManageSources);
        one.MapGet("/lines", Lines).Requires(Permission.ManageSources);
    }

    private static RazorComponentResult<AddSourcePage> Blank(HttpContext http, IInstallationGuide guide) =>
        Form(guide, new NewSourceForm { Product = http.Request.Query["product"].ToString() }, "");

    private static RazorComponentResult<AddSourcePage> Form(IInstallationGuide guide, NewSourceForm form, string problem) =>
        new(new { guide.Products, Form = form, Problem = problem }) { StatusCode = problem.Length > 0 ? StatusCodes.Status400BadRequest : null };

    private static async Task<IResult> AddAsync(HttpContext http, SourceRegister register, IInstallationGuide guide, CancellationToken cancellationToken)
    {
        var who = http.SignedIn();
        var form = Read(await http.Request.ReadFormAsync(cancellationToken));
        try
        {
            var issued = await register.AddAsync(who.School, Wanted(form, guide), who.Actor, cancellationToken);
            return Issued(guide, issued, issued.Source.Door == (short)SourceDoor.Mail ? "Mail address" : "Key");
        }
        catch (SetupException error)
        {
            return Form(guide, form, Said(error));
        }
    }

    private static async Task<IResult> RotateAsync(Guid source, HttpContext http, SourceRegister register, SourceReader reader, IInstallationGuide guide, CancellationToken cancellationToken)
    {
        var old = Staying(await http.Request.ReadFormAsync(cancellationToken));
        if (!SourceProof.HasKey(http.Source()))
        {
            return await SourceRoutes.PageAsync(source, http, reader, "No key proves this source: a new one would be refused.", cancellationToken);
        }

        if (old == OldKeys.KeepOne && http.Source().KeyHashes.Length > 1)
        {
            return await SourceRoutes.PageAsync(source, http, reader, "Say which of the two keys the product sends: a new one ends the other.", cancellationToken, "end");
        }

        try
        {
            var issued = await register.RotateKeyAsync(source, old, http.SignedIn().Actor, cancellationToken);
            return Issued(guide, issued, issued.Source.Door == (short)SourceDoor.Mail ? "New mail address" : "New key");
        }
        catch (SetupException error)
        {
            return await SourceRoutes.PageAsync(source, http, reader, Said(error), cancellationToken, "end");
        }
    }

    /// <summary>Another signing secret for the same way of signing: the product's own, or a new one that is shown once.</summary>
    private static async Task<IResult> RotateSecretAsync(Guid source, HttpContext http, AuthenticationRegister register, SourceReader reader, IInstallationGuide guide, CancellationToken cancellationToken)
    {
        var form = await http.Request.ReadFormAsync(cancellationToken);
        try
        {
            var (changed, made, stays) = await register.RotateSecretAsync(source, Given(form["secret"].ToString()), Staying(form), http.SignedIn().Actor, cancellationToken);
            return made is null ? TypedResults.Redirect($"/sources/{source}?done=secret") : Secret(guide, changed, made, stays);
        }
        catch (SetupException error)
        {
            return await SourceRoutes.PageAsync(source, http, reader, Said(error), cancellationToken, "secret-end");
        }
    }

    /// <summary>Which older keys or secrets a form lets stay.</summary>
    private static OldKeys Staying(IFormCollection form) => form["end"].ToString() switch
    {
        "now" => OldKeys.EndAll,
        "older" => OldKeys.KeepOlder,
        "newer" => OldKeys.KeepNewer,
        _ => OldKeys.KeepOne,
    };

    /// <summary>Another way to prove itself, with the secret that it signs with: the product's own, or a new one that is shown once.</summary>
    private static async Task<IResult> AuthenticateAsync(Guid source, HttpContext http, AuthenticationRegister register, SourceReader reader, IInstallationGuide guide, CancellationToken cancellationToken)
    {
        var form = await http.Request.ReadFormAsync(cancellationToken);
        try
        {
            var preset = form["preset"].ToString();
            var json = SourceProof.Ways.Any(way => way.Value == preset) && !SourceProof.IsDenyPage(http.Source())
                ? guide.AuthenticationPreset(preset) : throw new SetupException("Choose how the product proves itself.");
            var (changed, made) = await register.ReplaceAsync(source, json, Given(form["secret"].ToString()), http.SignedIn().Actor, cancellationToken);
            return made is null
                ? TypedResults.Redirect($"/sources/{source}?done=proof")
                : Secret(guide, changed, made, stays: false);
        }
        catch (SetupException error)
        {
            return await SourceRoutes.PageAsync(source, http, reader, Said(error), cancellationToken, "preset", form);
        }
    }

    private static async Task<IResult> ExpectAsync(Guid source, HttpContext http, SourceRegister register, SourceReader reader, CancellationToken cancellationToken)
    {
        var form = await http.Request.ReadFormAsync(cancellationToken);
        var text = form["minutes"].ToString().Trim();
        try
        {
            TimeSpan? gap = text.Length == 0 ? null
                : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var minutes) && TimeSpan.FromMinutes(minutes) is var given
                    && given >= SourceRegister.ShortestGap && given <= SourceRegister.LongestGap ? given
                : throw new SetupException(GapLimits);
            await register.ExpectAsync(source, gap, http.SignedIn().Actor, cancellationToken);
            return TypedResults.Redirect($"/sources/{source}?done=silence");
        }
        catch (SetupException error)
        {
            return await SourceRoutes.PageAsync(source, http, reader, Said(error), cancellationToken, "minutes", form);
        }
    }

    private static async Task<IResult> DisableAsync(Guid source, HttpContext http, SourceRegister register, SourceReader reader, CancellationToken cancellationToken)
    {
        if ((await http.Request.ReadFormAsync(cancellationToken))["sure"] != "yes")
        {
            return await SourceRoutes.PageAsync(source, http, reader, $"Tick that you are sure: {SourceProof.WhenOut(UsesKey(http.Source()))}.", cancellationToken, "sure");
        }

        try
        {
            await register.DisableAsync(source, http.SignedIn().Actor, cancellationToken);
            return TypedResults.Redirect($"/sources/{source}?done=out");
        }
        catch (SetupException error)
        {
            return await SourceRoutes.PageAsync(source, http, reader, Said(error), cancellationToken);
        }
    }

    private static async Task<IResult> EnableAsync(Guid source, HttpContext http, SourceRegister register, SourceReader reader, CancellationToken cancellationToken)
    {
        try
        {
            await register.EnableAsync(source, http.SignedIn().Actor, cancellationToken);
            return TypedResults.Redirect($"/sources/{source}?done=in");
        }
        catch (SetupException error)
        {
            return await SourceRoutes.PageAsync(source, http, reader, Said(error), cancellationToken);
        }
    }

    private static async Task<IResult> EditAsync(Guid source, HttpContext http, SourceRegister register, SourceReader reader, CancellationToken cancellationToken)
    {
        var form = await http.Request.ReadFormAsync(cancellationToken);
        try
        {
            var from = Parts(form["from"].ToString());
            if (from.Length == 0 && http.Source() is { Door: (short)SourceDoor.Syslog, Unassigned: false, Networks.Length: > 0, Port: null, MatchHost: null, MatchApp: null, Certificates.Length: 0 })
            {
                throw new SetupException($"{Unlimited} Leave it an address.");
            }

            await register.EditAsync(source, form["name"].ToString(), from, http.SignedIn().Actor, cancellationToken);
            return TypedResults.Redirect($"/sources/{source}?done=edit");
        }
        catch (SetupException error)
        {
            return await SourceRoutes.PageAsync(source, http, reader, Said(error), cancellationToken, "name", form);
        }
    }

    /// <summary>The lines to paste once more; the key in them is known to whoever was given it, and to nobody here.</summary>
    private static RazorComponentResult<SourceLinesPage> Lines(HttpContext http, IInstallationGuide guide)
    {
        var source = http.Source();
        return new RazorComponentResult<SourceLinesPage>(new { View = View(source, "", SourceProof.KeyPlace, guide.LinesFor(source, SourceProof.KeyPlace)) });
    }

    /// <summary>Syslog carries no key. A file may be sent with one, also where a folder is used.</summary>
    public static bool UsesKey(Source source) => (SourceDoor)source.Door != SourceDoor.Syslog;

    private static RazorComponentResult<IssuedKeyPage> Issued(IInstallationGuide guide, IssuedSource issued, string what)
    {
        var lines = guide.LinesFor(issued.Source, issued.Key);
        return new RazorComponentResult<IssuedKeyPage>(new { View = View(issued.Source, what, lines.Mailbox ?? issued.Key, lines) });
    }

    private static RazorComponentResult<IssuedSecretPage> Secret(IInstallationGuide guide, Source source, string made, bool stays) =>
        new(new { View = View(source, "Signing secret", made, guide.LinesFor(source, SourceProof.KeyPlace, made)), Stays = stays });

    private static IssuedView View(Source source, string what, string secret, PasteLines lines) =>
        new(source.SourceId, source.Name, what, secret, lines.Text, lines.Missing, lines.Note, source.Capture, SourceProof.HasKey(source), SourceProof.Signs(source));

    private static NewSourceForm Read(IFormCollection form) => new()
    {
        Product = form["product"].ToString(),
        Via = form["via"].ToString(),
        Name = form["name"].ToString(),
        From = form["from"].ToString(),
        Port = form["port"].ToString(),
        Host = form["host"].ToString(),
        App = form["app"].ToString(),
        Senders = form["senders"].ToString(),
        Tls = form["tls"] == "yes",
        Capture = form["capture"] == "yes",
        All = form["all"] == "yes",
        DenyPage = form["deny"] == "yes",
    };

    private static NewSource Wanted(NewSourceForm form, IInstallationGuide guide)
    {
        if (form.Product != Unknown && !guide.Products.Contains(form.Product, StringComparer.Ordinal))
        {
            throw new SetupException("Choose the product that exports, or \"another product\".");
        }

        var door = Enum.TryParse<SourceDoor>(form.Via, ignoreCase: true, out var known) && Enum.IsDefined(known) ? known : throw new SetupException("Choose how it sends: webhook, syslog, file or mail.");
        int? port = null;
        if (form.Port.Trim() is { Length: > 0 } text)
        {
            port = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw new SetupException("A port is a number between 1 and 65535.");
            guide.RequireFree(port.Value);
        }

        if (door == SourceDoor.Syslog && port is null && !form.All && string.IsNullOrWhiteSpace(form.From + form.Host + form.App))
        {
            throw new SetupException($"{Unlimited} Give an address, a port, a host name or an app name, or tick that it shall take them all.");
        }

        return new NewSource
        {
            Product = form.Product,
            Door = door,
            Capture = form.Capture || form.Product == Unknown,
            DenyPage = form.DenyPage,
            Name = form.Name.Trim(),
            From = Parts(form.From),
            Port = port,
            Host = Given(form.Host),
            App = Given(form.App),
            Tls = form.Tls,
            Senders = Parts(form.Senders),
        };
    }

    private static string? Given(string text) => text.Trim() is { Length: > 0 } given ? given : null;

    private static string[] Parts(string text) => text.Split([' ', ',', ';', '\n', '\r', '\t'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>What set-up says is for a command line; on a page its switches have names of fields.</summary>
    public static string Said(SetupException error)
    {
        var text = error.Message.Split(" See: onlinesafety", 2)[0];
        foreach (var (option, field) in Fields)
        {
            text = text.Replace(option, field, StringComparison.Ordinal);
        }

        return text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];
    }

    private static readonly (string Option, string Field)[] Fields =
    [
        ("--via webhook", "webhooks"), ("--via syslog", "syslog"), ("--via mail", "mail"), ("a --port of its own", "a port of its own"), ("a --name of its own", "a name of its own"), ("--port", "a port"), ("--host", "a host name"), ("--app", "an app name"),
        ("--certificate", "a certificate"), ("--sender", "a sender"), ("--tls", "TLS"), ("--deny-page", "a deny page"), ("--from", "an address"), ("--every", "how often"), ("--url", "the address"),
    ];
}
