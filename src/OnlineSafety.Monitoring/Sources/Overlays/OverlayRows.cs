using Npgsql;
using OnlineSafety.Monitoring.Classification.Overlays;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Sources.Overlays;

/// <summary>How entries are read back.</summary>
internal static class OverlayRows
{
    /// <summary>Of a school, all that ever worked.</summary>
    public const string Select = "SELECT rule_id, kind, words, theme, severity, why, works_from, works_until FROM school_rule WHERE school_id = $1 ORDER BY created_at, rule_id";

    public static OverlayEntry Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), (OverlayKind)row.GetInt16(1), row.GetString(2), row.GetString(3), (Severity)row.GetInt16(4), row.GetString(5),
        row.GetFieldValue<DateTimeOffset>(6), row.GetFieldValue<DateTimeOffset>(7));
}
