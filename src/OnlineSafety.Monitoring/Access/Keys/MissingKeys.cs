using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.Access.Keys;

/// <summary>
/// A database that holds what is sealed and not what opens it: a backup was restored, and its keys were not imported yet. A service would read the log as lost, let
/// go of it, and seal by keys of its own.
/// </summary>
internal static class MissingKeys
{
    private const string Schools = "SELECT school_id FROM school ORDER BY school_id";

    private const string OfLog = "SELECT log_lacks_keys()";

    private const string OfAll = "SELECT log_lacks_keys() OR (NOT EXISTS (SELECT 1 FROM school_key k WHERE k.school_id = current_school()) AND holds_sealed())";

    private static readonly Actor Actor = Actor.Service("missing-keys");

    /// <param name="database">As the role that reads the log, or as the one that writes it, which sees the log's keys alone.</param>
    /// <exception cref="SetupException">A school's keys are not there, and nobody destroyed them.</exception>
    public static async Task RefuseAsync(Database database, CancellationToken cancellationToken)
    {
        await using var session = await database.OpenAcrossAsync(Actor, cancellationToken);
        foreach (var school in await session.RowsAsync(Schools, [], row => row.GetGuid(0), cancellationToken))
        {
            await session.EnterAsync(school, cancellationToken);
            if ((await session.RowsAsync(database.Role == DatabaseRole.Process ? OfAll : OfLog, [], row => row.GetBoolean(0), cancellationToken))[0])
            {
                throw new SetupException(
                    $"School {school} has records and not the keys that open them. After restoring a backup put its keys back first: onlinesafety keys import keys.json. If the school left: onlinesafety keys destroy.");
            }
        }
    }
}
