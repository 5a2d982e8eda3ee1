using System.Globalization;
using System.Text;
using Npgsql;
using NpgsqlTypes;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.People;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.Processing.Upgrade;

/// <summary>A table in which rows of before sealing began may stand, and how one of them is sealed.</summary>
/// <param name="Select">
/// Plain rows of school $1 behind the place in $2 and following, at most $-last of them. Their place comes first. Rows that somebody else has locked are skipped, so that
/// nobody is waited for: they come in the next pass.
/// </param>
/// <param name="Begin">The place before all.</param>
/// <param name="Seal">What writes one row, sealed.</param>
internal sealed record PlainTable(string Name, string Select, object[] Begin, Func<SchoolSeal, NpgsqlDataReader, IEnumerable<NpgsqlBatchCommand>> Seal)
{
    // Events first and the newest of them: what Correlate is shown of a person is of the last days. What a class did is told by keyed signatures alone.
    public static IReadOnlyList<PlainTable> All { get; } =
    [
        new(
            "event",
            """
            SELECT received_at, stream_id, seq, part, subject_key, signature, detail FROM event
            WHERE school_id = $1 AND (received_at, stream_id, seq, part) < ($2, $3, $4, $5) AND NOT is_sealed(detail)
            ORDER BY received_at DESC, stream_id DESC, seq DESC, part DESC LIMIT $6 FOR UPDATE SKIP LOCKED
            """,
            [DateTimeOffset.MaxValue.AddYears(-1), Guid.Empty, 0L, 0],
            (seal, row) => [Command(
                "UPDATE event SET subject_key = $5, signature = $6, detail = $7 WHERE school_id = $1 AND stream_id = $2 AND seq = $3 AND part = $4",
                seal.School, row.GetGuid(1), row.GetInt64(2), row.GetInt32(3), Maybe(row.IsDBNull(4) ? null : seal.Index(row.GetString(4)), NpgsqlDbType.Text),
                Maybe(row.IsDBNull(5) ? null : seal.Index(row.GetInt64(5)), NpgsqlDbType.Bigint), seal.Seal(row.GetFieldValue<byte[]>(6), SealedField.EventDetail))]),
        new(
            "alert",
            """
            SELECT alert_id, subject_key, subject, reasons, note, reference FROM alert
            WHERE school_id = $1 AND alert_id > $2
              AND (NOT is_sealed(reasons) AND length(reasons) > 2 OR subject IS NULL AND subject_key IS NOT NULL AND NOT starts_with(subject_key, 'cohort:')
                   OR NOT is_sealed(note) OR NOT is_sealed(reference))
            ORDER BY alert_id LIMIT $3 FOR UPDATE SKIP LOCKED
            """,
            [Guid.Empty],
            SealAlert),
        new(
            "alert_step",
            """
            SELECT alert_id, step_no, step, detail, note FROM alert_step
            WHERE school_id = $1 AND (alert_id, step_no) > ($2, $3) AND (length(note) > 0 AND NOT is_sealed(note) OR step = 'hand_over' AND NOT is_sealed(detail))
            ORDER BY alert_id, step_no LIMIT $4 FOR UPDATE SKIP LOCKED
            """,
            [Guid.Empty, 0L],
            (seal, row) => [Command(
                "UPDATE alert_step SET detail = $4, note = $5 WHERE school_id = $1 AND alert_id = $2 AND step_no = $3",
                seal.School, row.GetGuid(0), row.GetInt64(1), SealedDetail(seal, row.GetString(2), row.GetString(3)), SealedWords(seal, row.GetFieldValue<byte[]>(4), SealedField.StepNote))]),
        new(
            "person",
            "SELECT person_id, account, date_of_birth FROM person WHERE school_id = $1 AND person_id > $2 AND NOT is_sealed(account) ORDER BY person_id LIMIT $3 FOR UPDATE SKIP LOCKED",
            [Guid.Empty],
            (seal, row) => [Command(
                "UPDATE person SET account = $3, account_key = $4, date_of_birth = $5 WHERE school_id = $1 AND person_id = $2",
                seal.School, row.GetGuid(0), seal.Seal(row.GetFieldValue<byte[]>(1), SealedField.PersonAccount),
                SealedPeople.KeyOf(seal, Encoding.UTF8.GetString(row.GetFieldValue<byte[]>(1))),
                Maybe(row.IsDBNull(2) ? null : seal.Kept(row.GetFieldValue<byte[]>(2), SealedField.PersonBirth), NpgsqlDbType.Bytea))]),
        new(
            "person_alias",
            "SELECT alias_key, alias FROM person_alias WHERE school_id = $1 AND alias_key > $2 AND NOT is_sealed(alias) ORDER BY alias_key LIMIT $3 FOR UPDATE SKIP LOCKED",
            [""],
            (seal, row) => [Command(
                "UPDATE person_alias SET alias = $3, alias_key = $4 WHERE school_id = $1 AND alias_key = $2",
                seal.School, row.GetString(0), seal.Seal(row.GetFieldValue<byte[]>(1), SealedField.PersonAlias),
                SealedPeople.KeyOf(seal, Encoding.UTF8.GetString(row.GetFieldValue<byte[]>(1))))]),
        new(
            "unmapped",
            """
            SELECT source_id, kind, value, count, first_seen, last_seen FROM unmapped
            WHERE school_id = $1 AND (source_id, kind, value) > ($2, $3, $4) AND sealed IS NULL AND kind <> 'record' AND value <> '(more)'
            ORDER BY source_id, kind, value LIMIT $5 FOR UPDATE SKIP LOCKED
            """,
            [Guid.Empty, "", ""],
            SealUnmapped),
        new(
            "counter_block",
            """
            SELECT stream_id, first_seq, unmapped_kinds, unmapped_values FROM counter_block
            WHERE school_id = $1 AND (stream_id, first_seq) > ($2, $3) AND cardinality(unmapped_values) > 0 AND EXISTS (
                SELECT 1 FROM unnest(unmapped_kinds, unmapped_values) AS u (kind, value) WHERE kind <> 'record' AND value <> '(more)' AND value !~ '^word:[0-9a-f]{32}$')
            ORDER BY stream_id, first_seq LIMIT $4 FOR UPDATE SKIP LOCKED
            """,
            [Guid.Empty, 0L],
            (seal, row) => [Command(
                "UPDATE counter_block SET unmapped_values = $4 WHERE school_id = $1 AND stream_id = $2 AND first_seq = $3",
                seal.School, row.GetGuid(0), row.GetInt64(1),
                row.GetFieldValue<string[]>(2).Zip(row.GetFieldValue<string[]>(3), (kind, value) => new UnmappedKey(kind, value).Stored(seal)).ToArray())]),
        new(
            "evidence",
            "SELECT stream_id, seq, raw FROM evidence WHERE school_id = $1 AND (stream_id, seq) > ($2, $3) AND NOT is_sealed(raw) ORDER BY stream_id, seq LIMIT $4 FOR UPDATE SKIP LOCKED",
            [Guid.Empty, 0L],
            (seal, row) => [Command(
                "UPDATE evidence SET raw = $4 WHERE school_id = $1 AND stream_id = $2 AND seq = $3",
                seal.School, row.GetGuid(0), row.GetInt64(1), seal.Seal(row.GetFieldValue<byte[]>(2), SealedField.EvidenceRaw))]),
    ];

    private static IEnumerable<NpgsqlBatchCommand> SealAlert(SchoolSeal seal, NpgsqlDataReader row)
    {
        var key = row.IsDBNull(1) ? null : row.GetString(1);
        var subject = row.IsDBNull(2) ? null : row.GetFieldValue<byte[]>(2);
        var reasons = row.GetFieldValue<byte[]>(3);
        if (AlertCohort.Is(key))
        {
            // A row whose reasons are sealed was written since, with a keyed signature.
            key = SchoolSeal.IsSealed(reasons) ? key : Cohort(seal, key!);
        }
        else if (key is not null && subject is null)
        {
            (key, subject) = (seal.Index(key), seal.SealText(key, SealedField.AlertSubject));
        }

        yield return Command(
            "UPDATE alert SET subject_key = $3, subject = $4, reasons = $5, note = $6, reference = $7 WHERE school_id = $1 AND alert_id = $2",
            seal.School, row.GetGuid(0), Maybe(key, NpgsqlDbType.Text), Maybe(subject, NpgsqlDbType.Bytea), seal.Kept(reasons, SealedField.AlertReasons),
            Maybe(row.IsDBNull(4) ? null : seal.Kept(row.GetFieldValue<byte[]>(4), SealedField.AlertNote), NpgsqlDbType.Bytea),
            Maybe(row.IsDBNull(5) ? null : seal.Kept(row.GetFieldValue<byte[]>(5), SealedField.AlertReference), NpgsqlDbType.Bytea));
    }

    private static string Cohort(SchoolSeal seal, string key) => key.Split(':') is [_, var digits, var audience]
        && long.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var signature)
        ? AlertCohort.KeyOf(seal.Index(signature), audience == "dsl" ? Audience.DslOnly : Audience.Routed)
        : key;

    // The same word may have come again since, and stands under its hash: one row holds both counts.
    private static IEnumerable<NpgsqlBatchCommand> SealUnmapped(SchoolSeal seal, NpgsqlDataReader row)
    {
        var word = new UnmappedKey(row.GetString(1), row.GetString(2));
        yield return Command(
            """
            INSERT INTO unmapped AS u (school_id, source_id, kind, value, count, first_seen, last_seen, sealed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            ON CONFLICT (school_id, source_id, kind, value) DO UPDATE
            SET count = u.count + EXCLUDED.count, first_seen = LEAST(u.first_seen, EXCLUDED.first_seen), last_seen = GREATEST(u.last_seen, EXCLUDED.last_seen)
            """,
            seal.School, row.GetGuid(0), word.Kind, word.Stored(seal), row.GetInt64(3), row.GetFieldValue<DateTimeOffset>(4), row.GetFieldValue<DateTimeOffset>(5),
            seal.SealText(word.Value, SealedField.UnmappedWord));
        yield return Command(
            "DELETE FROM unmapped WHERE school_id = $1 AND source_id = $2 AND kind = $3 AND value = $4", seal.School, row.GetGuid(0), word.Kind, word.Value);
    }

    private static byte[] SealedWords(SchoolSeal seal, byte[] words, SealedField field) => words.Length == 0 ? words : seal.Kept(words, field);

    private static string SealedDetail(SchoolSeal seal, string step, string detail) =>
        step == AlertSteps.Word(AlertStep.HandOver) ? seal.SealWords(seal.OpenWords(detail, SealedField.StepDetail), SealedField.StepDetail) : detail;

    private static NpgsqlBatchCommand Command(string sql, params object[] values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(value as NpgsqlParameter ?? new NpgsqlParameter { Value = value });
        }

        return command;
    }

    private static NpgsqlParameter Maybe(object? value, NpgsqlDbType type) => new() { Value = value ?? DBNull.Value, NpgsqlDbType = type };
}
