using Npgsql;
using NpgsqlTypes;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Sealing;

namespace OnlineSafety.Monitoring.People;

/// <summary>What an import did, or would have done.</summary>
/// <param name="Errors">Lines that were not imported.</param>
/// <param name="Imported">False when errors stopped it: then nothing was changed.</param>
internal sealed record ImportResult(int Added, int Changed, int Unchanged, IReadOnlyList<PersonError> Errors, bool Imported)
{
    /// <summary>Members of staff who are known by a name that has become a pupil's by it.</summary>
    public int Colleagues { get; init; }
}

/// <summary>
/// Brings the people of one school in line with a list: adds and changes, never removes (an account that left still explains old events).
/// All or nothing, in one transaction.
/// </summary>
internal sealed class PeopleImport(Database setup, SchoolSeals seals, TimeProvider time)
{
    private const int RowsInBatch = 500;

    private const string KnownAs = "SELECT staff_id FROM staff WHERE school_id = $1 AND accounts && $2 ORDER BY staff_id";

    /// <param name="skipBad">Import the good lines although others are bad.</param>
    /// <param name="progress">Called with the number of rows written so far.</param>
    public async Task<ImportResult> RunAsync(
        Guid school, PeopleFile file, bool skipBad, Actor actor, Action<int> progress, CancellationToken cancellationToken)
    {
        var seal = await seals.OfAsync(school, cancellationToken);
        await using var session = await setup.OpenAsync(school, actor, cancellationToken);
        // Two imports at once could give one alias to two people. Not a lock on the school's row: whatever refers to it, each append and each
        // alert, would wait for the import.
        await using (var alone = session.Command("SELECT pg_advisory_xact_lock(hashtextextended('people:' || $1::text, 0))"))
        {
            alone.Parameters.AddWithValue(school);
            await alone.ExecuteNonQueryAsync(cancellationToken);
        }

        var (people, aliases) = await SealedPeople.ReadAsync(session, seal, apart: true, cancellationToken);
        var plan = PeoplePlan.Of(school, file, people, aliases);
        if (plan.Errors.Count > 0 && !skipBad)
        {
            return new ImportResult(0, 0, 0, plan.Errors, Imported: false);
        }

        await WriteAsync(session, seal, plan, progress, cancellationToken);
        // What is raised about such a pupil goes to the desk for staff: said, and not decided here, for the list may be wrong.
        var colleagues = await session.RowsAsync(KnownAs, [school, plan.NewPupilNames.ToArray()], row => row.GetGuid(0), cancellationToken);
        foreach (var colleague in colleagues)
        {
            await PupilNames.SayAsync(session, school, colleague, cancellationToken);
        }

        if (plan.Added + plan.Changed > 0)
        {
            await PeopleChange.SayAsync(session, school, cancellationToken);
        }

        session.RecordAccess(school, "people.import", $"{plan.Added} added, {plan.Changed} changed");
        await session.CommitAsync(cancellationToken);
        return new ImportResult(plan.Added, plan.Changed, plan.Unchanged, plan.Errors, Imported: true) { Colleagues = colleagues.Count };
    }

    private async Task WriteAsync(Session session, SchoolSeal seal, PeoplePlan plan, Action<int> progress, CancellationToken cancellationToken)
    {
        Guid[] changed = [.. plan.Writes.Select(write => write.Person.PersonId)];
        // What somebody has told apart stays so, whatever else of the person changes.
        var apart = (await session.RowsAsync(
            "SELECT person_id, alias_key, apart_since FROM person_alias WHERE school_id = $1 AND person_id = ANY ($2) AND apart_since IS NOT NULL", [seal.School, changed],
            row => (Alias: (row.GetGuid(0), row.GetString(1)), Since: row.GetFieldValue<DateTimeOffset>(2)), cancellationToken)).ToDictionary(row => row.Alias, row => row.Since);
        // All old aliases of changed people go before any new one comes: an alias may move from one person to another.
        await using (var clear = session.Command("DELETE FROM person_alias WHERE person_id = ANY ($1)"))
        {
            clear.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = changed });
            await clear.ExecuteNonQueryAsync(cancellationToken);
        }

        var now = time.GetUtcNow();
        var written = 0;
        foreach (var chunk in plan.Writes.Chunk(RowsInBatch))
        {
            await using var batch = session.Batch();
            foreach (var (person, names) in chunk)
            {
                batch.BatchCommands.Add(Upsert(seal, person, now));
                foreach (var name in names)
                {
                    batch.BatchCommands.Add(Alias(seal, person, name, apart));
                }
            }

            await batch.ExecuteNonQueryAsync(cancellationToken);
            written += chunk.Length;
            progress(written);
        }
    }

    private static NpgsqlBatchCommand Upsert(SchoolSeal seal, Person person, DateTimeOffset now)
    {
        var command = new NpgsqlBatchCommand(
            """
            INSERT INTO person (school_id, person_id, account, role, year_group, class, date_of_birth, updated_at, account_key) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            ON CONFLICT (school_id, person_id) DO UPDATE
            SET account = excluded.account, account_key = excluded.account_key, role = excluded.role, year_group = excluded.year_group, class = excluded.class, date_of_birth = excluded.date_of_birth, updated_at = excluded.updated_at
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = person.SchoolId });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = person.PersonId });
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = seal.SealText(person.Account, SealedField.PersonAccount) });
        command.Parameters.Add(new NpgsqlParameter<short> { TypedValue = person.Role });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = person.YearGroup });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = person.Class });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)SealedPeople.SealBirth(seal, person.DateOfBirth) ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bytea });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = SealedPeople.KeyOf(seal, person.Account) });
        return command;
    }

    private static NpgsqlBatchCommand Alias(SchoolSeal seal, Person person, string alias, Dictionary<(Guid Person, string Key), DateTimeOffset> apart)
    {
        var key = SealedPeople.KeyOf(seal, alias);
        var command = new NpgsqlBatchCommand("INSERT INTO person_alias (school_id, alias, person_id, alias_key, apart_since) VALUES ($1, $2, $3, $4, $5)");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = person.SchoolId });
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = seal.SealText(alias, SealedField.PersonAlias) });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = person.PersonId });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = key });
        command.Parameters.Add(new NpgsqlParameter { Value = apart.TryGetValue((person.PersonId, key), out var since) ? (object)since : DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        return command;
    }
}
