using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.Processing.Upgrade;

/// <summary>
/// Seals what was stored before sealing began: school by school, in batches that are each a transaction. A kill leaves whole batches behind; whoever comes next
/// finds what is still plain. Of several processes one works on a school.
/// </summary>
internal sealed class SealingUpgrade([FromKeyedServices(DatabaseRole.Process)] Database database, SchoolSeals seals, TimeProvider time, ILogger<SealingUpgrade> logger)
{
    private const int RowsAtOnce = 200;

    private const string Schools = "SELECT school_id FROM school WHERE stored_plain ORDER BY created_at, school_id";

    private const string Alone = "SELECT pg_try_advisory_xact_lock(hashtextextended('sealing:' || $1::text, 0))";

    private const string Done = "UPDATE school SET stored_plain = false WHERE school_id = $1";

    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(1);
    private static readonly Actor Actor = Actor.Service("sealing");

    /// <summary>Seals what it can get; returns how many schools still have something plain.</summary>
    public async Task<int> PassAsync(CancellationToken cancellationToken)
    {
        List<Guid> schools;
        await using (var session = await database.OpenAcrossAsync(Actor, cancellationToken))
        {
            schools = await session.RowsAsync(Schools, [], row => row.GetGuid(0), cancellationToken);
        }

        var left = 0;
        foreach (var school in schools)
        {
            try
            {
                left += await SealAsync(school, cancellationToken) ? 0 : 1;
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                // One school's trouble, as with its key, must not leave another's rows plain. It counts as left and comes again.
                left++;
                ProcessingLog.SchoolNotSealed(logger, school, ErrorWords.Of(e));
            }
        }

        return left;
    }

    /// <summary>False when something of the school is still plain: somebody else works on it, or had rows locked.</summary>
    public async Task<bool> SealAsync(Guid school, CancellationToken cancellationToken)
    {
        var seal = await seals.OfAsync(school, cancellationToken);
        var rows = 0L;
        foreach (var table in PlainTable.All)
        {
            rows += await SealAsync(table, seal, cancellationToken);
        }

        if (!await EndAsync(school, cancellationToken))
        {
            return false;
        }

        seals.Forget(school);
        ProcessingLog.Sealed(logger, school, rows);
        return true;
    }

    private async Task<long> SealAsync(PlainTable table, SchoolSeal seal, CancellationToken cancellationToken)
    {
        var (place, rows) = (table.Begin, 0L);
        while (true)
        {
            var started = time.GetTimestamp();
            var batch = await SealBatchAsync(table, seal, place, cancellationToken);
            if (batch is null)
            {
                return rows;
            }

            (place, rows) = (batch.Value.Place, rows + batch.Value.Rows);
            // As long as the batch took: live records of the school get half of the time at least.
            var took = time.GetElapsedTime(started);
            await Task.Delay(took < LongestRest ? took : LongestRest, time, cancellationToken);
        }
    }

    /// <summary>Null when there is nothing left behind the place, or another process works on the school.</summary>
    private async Task<(object[] Place, int Rows)?> SealBatchAsync(PlainTable table, SchoolSeal seal, object[] place, CancellationToken cancellationToken)
    {
        await using var session = await database.OpenAsync(seal.School, Actor, cancellationToken);
        if (!(await session.RowsAsync(Alone, [seal.School], row => row.GetBoolean(0), cancellationToken))[0])
        {
            return null;
        }

        var last = place;
        var commands = await session.RowsAsync(
            table.Select, [seal.School, .. place, RowsAtOnce],
            row =>
            {
                last = [.. Enumerable.Range(0, place.Length).Select(column => row.GetFieldType(column) == typeof(DateTime) ? row.GetFieldValue<DateTimeOffset>(column) : row.GetValue(column))];
                return table.Seal(seal, row).ToList();
            },
            cancellationToken);
        if (commands.Count == 0)
        {
            return null;
        }

        await using var batch = session.Batch();
        foreach (var command in commands.SelectMany(ofRow => ofRow))
        {
            batch.BatchCommands.Add(command);
        }

        await batch.ExecuteNonQueryAsync(cancellationToken);
        await session.CommitAsync(cancellationToken);
        return (last, commands.Count);
    }

    // Counted anew and not believed: only then both forms are no longer asked for.
    private async Task<bool> EndAsync(Guid school, CancellationToken cancellationToken)
    {
        await using var session = await database.OpenAsync(school, Actor, cancellationToken);
        if ((await SealingCounts.OfAsync(session, school, cancellationToken)).Exists(column => column.Plain > 0))
        {
            return false;
        }

        await session.ExecuteAsync(Done, [school], cancellationToken);
        await session.CommitAsync(cancellationToken);
        return true;
    }
}
