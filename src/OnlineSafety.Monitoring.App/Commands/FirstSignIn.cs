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

    public static async Task<IReadOnlyList<string>> LinesAsync(ParseResult parse, RunningService service, TimeProvider time, CancellationToken cancellationToken)
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
        if (ReferenceEquals(parse.InvocationConfiguration.Output, Console.Out) && Console.IsOutputRedirected)
        {
            return [$"  console nobody can sign in yet: onlinesafety staff invite {staff} --school {school}"];
        }

        var invitation = await invitations.CreateAsync(school, staff, _actor, cancellationToken);
        return [$"  console nobody can sign in yet. The first one does here, once: {Link(service.Options.Settings, invitation)}"];
    }

    /// <summary>The link on the address by which staff reach the console; on this host by its name, for passkeys are bound to names.</summary>
    public static string Link(InstallationSettings settings, IssuedInvitation invitation)
    {
        var address = settings.Configuration["Mail:BaseUrl"] ?? ServiceAddresses.Read(settings.DataDirectory).Http.Replace("//127.0.0.1:", "//localhost:", StringComparison.Ordinal);
        return address.TrimEnd('/') + invitation.Path;
    }

    public static string Until(IssuedInvitation invitation) => invitation.EndsAt.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
