using Microsoft.Extensions.DependencyInjection;
using OnlineSafety.Monitoring.Access;

namespace OnlineSafety.Monitoring.Web;

/// <summary>Which rooms this console has. One whose database role it has no login for is not there, and nothing leads to it.</summary>
/// <param name="SetUp">Sources, rules, administration: as the set-up role.</param>
/// <param name="Audit">Who saw what: as the audit role.</param>
/// <param name="Retention">Clocks, holds and erasure: as the retention role.</param>
internal sealed record OpenRooms(bool SetUp, bool Audit, bool Retention)
{
    public static OpenRooms Of(IServiceProvider services) => new(
        services.GetKeyedService<Database>(DatabaseRole.Setup) is not null, services.GetKeyedService<Database>(DatabaseRole.Audit) is not null,
        services.GetKeyedService<Database>(DatabaseRole.Retention) is not null);
}
