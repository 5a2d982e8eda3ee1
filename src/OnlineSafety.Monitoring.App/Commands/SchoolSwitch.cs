using System.CommandLine;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Storage.Hosting;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary><c>--school</c>: an id or an exact name.</summary>
internal static class SchoolSwitch
{
    public static Option<string> Required() => new("--school") { Description = "Id or exact name of the school.", Required = true, HelpName = "SCHOOL" };

    public static Task<School> ResolveAsync(MonitoringDatabase database, string idOrName, CancellationToken cancellationToken) =>
        new SchoolRegister(database[DatabaseRole.Setup]).FindAsync(idOrName, Installation.Operator, cancellationToken);
}
