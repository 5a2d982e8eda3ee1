using Npgsql;
using OnlineSafety.Monitoring.IntakeLog;

namespace OnlineSafety.Monitoring.Processing;

/// <summary>What the Record transaction leaves for the watch over sources: hours, classes of devices and canaries; nothing about a person.</summary>
internal static class ActivitySql
{
    private const string UpsertHours = """
        INSERT INTO source_activity AS a (school_id, source_id, hour, records, unreadable, skewed, heard)
        SELECT $1, $2, r.* FROM unnest($3::timestamptz[], $4::int[], $5::int[], $6::int[], $7::bigint[]) r
        ON CONFLICT (school_id, source_id, hour) DO UPDATE SET
            records = a.records + EXCLUDED.records, unreadable = a.unreadable + EXCLUDED.unreadable, skewed = a.skewed + EXCLUDED.skewed, heard = a.heard | EXCLUDED.heard
        """;

    private const string InsertDevices = """
        INSERT INTO source_device_day (school_id, source_id, day, device) SELECT $1, $2, r.* FROM unnest($3::date[], $4::text[]) r
        ON CONFLICT DO NOTHING
        """;

    private const string SeeCanaries = """
        UPDATE canary c SET last_seen_at = GREATEST(c.last_seen_at, r.at) FROM unnest($2::uuid[], $3::timestamptz[]) AS r (id, at)
        WHERE c.school_id = $1 AND c.canary_id = r.id
        """;

    public static void AddTo(NpgsqlBatch batch, SourceKey target, RecordPlan plan)
    {
        var hours = plan.Activity.Hours;
        if (hours.Count > 0)
        {
            var command = Add(batch, UpsertHours, target.School);
            command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = target.Source });
            command.Parameters.Add(new NpgsqlParameter<DateTimeOffset[]> { TypedValue = [.. hours.Select(h => h.Hour)] });
            command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. hours.Select(h => h.Records)] });
            command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. hours.Select(h => h.Unreadable)] });
            command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. hours.Select(h => h.Skewed)] });
            command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. hours.Select(h => h.Heard)] });
        }

        if (plan.Activity.Devices.Count > 0)
        {
            var command = Add(batch, InsertDevices, target.School);
            command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = target.Source });
            command.Parameters.Add(new NpgsqlParameter<DateOnly[]> { TypedValue = [.. plan.Activity.Devices.Select(d => d.Day)] });
            command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. plan.Activity.Devices.Select(d => d.Class)] });
        }

        if (plan.Canaries.Count > 0)
        {
            var command = Add(batch, SeeCanaries, target.School);
            command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. plan.Canaries.Keys] });
            command.Parameters.Add(new NpgsqlParameter<DateTimeOffset[]> { TypedValue = [.. plan.Canaries.Values] });
        }
    }

    private static NpgsqlBatchCommand Add(NpgsqlBatch batch, string sql, Guid school)
    {
        var command = new NpgsqlBatchCommand(sql) { Parameters = { new NpgsqlParameter<Guid> { TypedValue = school } } };
        batch.BatchCommands.Add(command);
        return command;
    }
}
