using Npgsql;
using NpgsqlTypes;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Sealing;

namespace OnlineSafety.Monitoring.Alerts;

/// <summary>An alert that was made new again, or grew while it was.</summary>
/// <param name="From">The state before.</param>
/// <param name="Cause"><see cref="NotifyCause"/>.</param>
internal readonly record struct GrownAlert(Guid Alert, string From, string Cause);

/// <summary>The statements that write an alert's history.</summary>
internal static class AlertStepSql
{
    private const string ByPerson = """
        INSERT INTO alert_step (school_id, alert_id, at, actor_kind, actor_id, actor_name, step, from_state, to_state, detail, note)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        """;

    private const string Grown = """
        INSERT INTO alert_step (school_id, alert_id, at, actor_kind, actor_name, step, from_state, to_state, detail)
        SELECT $1, n.alert_id, $5, 'service', 'process', 'grown', n.from_state, 'new', n.cause
        FROM unnest($2::uuid[], $3::text[], $4::text[]) AS n (alert_id, from_state, cause)
        """;

    /// <param name="from">The state before; the alert holds the one after.</param>
    public static NpgsqlBatchCommand ByPersonCommand(SchoolSeal seal, Actor actor, Alert alert, AlertMove move, string from, DateTimeOffset at) => new(ByPerson)
    {
        Parameters =
        {
            Of(alert.SchoolId), Of(alert.AlertId), Of(at), Of(actor.KindWord), new() { Value = (object?)actor.Staff ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid },
            Of(actor.Name), Of(AlertSteps.Word(move.Step)), Of(from), Of(alert.State), Of(DetailOf(seal, move)), Of(move.Said.Length == 0 ? [] : seal.SealText(move.Said, SealedField.StepNote)),
        },
    };

    /// <summary>All of one school.</summary>
    public static NpgsqlBatchCommand GrownCommand(Guid school, IReadOnlyCollection<GrownAlert> grown, DateTimeOffset at) => new(Grown)
    {
        Parameters =
        {
            Of(school), Of(grown.Select(g => g.Alert).ToArray()), Of(grown.Select(g => g.From).ToArray()), Of(grown.Select(g => g.Cause).ToArray()), Of(at),
        },
    };

    // A reference is typed by hand and may be a name; an outcome and an id are ours.
    private static string DetailOf(SchoolSeal seal, AlertMove move) => move is AlertMove.HandOver ? seal.SealWords(move.Detail, SealedField.StepDetail) : move.Detail;

    private static NpgsqlParameter<T> Of<T>(T value) => new() { TypedValue = value };
}
