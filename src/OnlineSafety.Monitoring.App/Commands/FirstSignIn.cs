using System.CommandLine;
using System.Globalization;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.SignIn;
using OnlineSafety.Monitoring.App.Hosting;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>
/// How the first person gets into the console. Whoever has the link is the first, so that it is given out once, lasts an hour, and goes to a terminal or, where none is, into
/// a file that only the service's own account reads: never into a journal or a container's log, which are kept and read by others.
/// </summary>
internal static class FirstSignIn
{
    /// <summary>In the data directory.</summary>
    public const string FileName = "first-sign-in.txt";

    private static readonly Actor _actor = Actor.Service("start");

    /// <summary>What the service says when it starts while nobody can sign in; nothing once somebody can.</summary>
    /// <param name="toJournal">Whether what is printed is kept for others to read, and not shown to whoever started the service.</param>
    public static async Task<IReadOnlyList<string>> LinesAsync(RunningService service, bool toJournal, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!service.Options.Roles.HasFlag(ServiceRoles.Console) || !service.Options.Settings.MayUse(DatabaseRole.Setup))
        {
            return [];
        }

        var settings = service.Options.Settings;
        var invitations = new Invitations(service.Database[DatabaseRole.Setup], time);
        if (await invitations.FirstAsync(_actor, cancellationToken) is not var (school, staff, given))
        {
            File.Delete(PathOf(settings));
            return [];
        }

        // Once: a service that starts again, perhaps by itself each minute, prints no further one.
        return given
            ? ["  console nobody can sign in yet. A new link for the first one: onlinesafety staff first-link"]
            : [$"  console nobody can sign in yet. {await GiveAsync(settings, invitations, (school, staff), toJournal, _actor, cancellationToken)}"];
    }

    /// <summary>A new link in place of the former one.</summary>
    /// <exception cref="SetupException">Somebody can sign in, or nobody could be the first.</exception>
    public static async Task<string> AgainAsync(InstallationSettings settings, Invitations invitations, bool toJournal, Actor actor, CancellationToken cancellationToken) =>
        await invitations.FirstAsync(actor, cancellationToken) is var (school, staff, _)
            ? await GiveAsync(settings, invitations, (school, staff), toJournal, actor, cancellationToken)
            : throw new SetupException(
                "Somebody can sign in already, or no school has an administrator, DSL or head yet. See: onlinesafety staff invite, onlinesafety staff add");

    private static async Task<string> GiveAsync(
        InstallationSettings settings, Invitations invitations, (Guid School, Guid Staff) whom, bool toJournal, Actor actor, CancellationToken cancellationToken)
    {
        var invitation = await invitations.CreateFirstAsync(whom.School, whom.Staff, actor, cancellationToken);
        var link = Link(settings, invitation);
        if (!toJournal)
        {
            return $"The first one does here, once, until {Until(invitation)}: {link}";
        }

        var path = PathOf(settings);
        // Made anew and with its rights from the start: nobody may have it open already.
        File.Delete(path);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite };
        await using (var file = new StreamWriter(path, options))
        {
            await file.WriteLineAsync(link.AsMemory(), cancellationToken);
        }

        return $"The first one follows the link in {path}, once, until {Until(invitation)}.";
    }

    private static string PathOf(InstallationSettings settings) => Path.Combine(settings.DataDirectory, FileName);

    /// <summary>Whether the output of a command goes into a file or a journal.</summary>
    public static bool ToJournal(ParseResult parse) => ReferenceEquals(parse.InvocationConfiguration.Output, Console.Out) && Console.IsOutputRedirected;

    public static string Link(InstallationSettings settings, IssuedInvitation invitation) => settings.LinkAddress() + invitation.Path;

    public static string Until(IssuedInvitation invitation) => invitation.EndsAt.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
