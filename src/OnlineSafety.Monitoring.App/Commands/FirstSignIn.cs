using System.CommandLine;
using System.Globalization;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.SignIn;
using OnlineSafety.Monitoring.App.Hosting;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>How the first person gets into the console, said by the service while nobody can.</summary>
internal static class FirstSignIn
{
    private static readonly Actor _actor = Actor.Service("start");

    /// <param name="toJournal">Whether what is printed is kept for others to read, and not shown to whoever started the service.</param>
    public static async Task<IReadOnlyList<string>> LinesAsync(RunningService service, bool toJournal, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!service.Options.Roles.HasFlag(ServiceRoles.Console) || !service.Options.Settings.MayUse(DatabaseRole.Setup))
        {
            return [];
        }

        var invitations = new Invitations(service.Database[DatabaseRole.Setup], time);
        if (await invitations.FirstAsync(_actor, cancellationToken) is not var (school, staff))
        {
            return [];
        }

        // Into a journal goes no link that opens anything: there the command is named that prints one.
        if (toJournal)
        {
            return [$"  console nobody can sign in yet: onlinesafety staff invite {staff} --school {school}"];
        }

        var invitation = await invitations.CreateAsync(school, staff, _actor, cancellationToken);
        return [$"  console nobody can sign in yet. The first one does here, once: {Link(service.Options.Settings, invitation)}"];
    }

    /// <summary>Whether the output of a command goes into a file or a journal.</summary>
    public static bool ToJournal(ParseResult parse) => ReferenceEquals(parse.InvocationConfiguration.Output, Console.Out) && Console.IsOutputRedirected;

    /// <summary>The link on the address by which staff reach the console; on this host by its name, for passkeys are bound to names.</summary>
    public static string Link(InstallationSettings settings, IssuedInvitation invitation)
    {
        var address = settings.Configuration["Mail:BaseUrl"] ?? ServiceAddresses.Read(settings.DataDirectory).Http.Replace("//127.0.0.1:", "//localhost:", StringComparison.Ordinal);
        return address.TrimEnd('/') + invitation.Path;
    }

    public static string Until(IssuedInvitation invitation) => invitation.EndsAt.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
