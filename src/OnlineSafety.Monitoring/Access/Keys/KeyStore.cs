using Npgsql;
using NpgsqlTypes;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.Access.Keys;

/// <summary>What came of an import of keys.</summary>
/// <param name="Added">Keys that were not there.</param>
/// <param name="Strange">Keys of schools that are not there.</param>
/// <param name="Left">Keys of schools that left: they were destroyed, and stay so.</param>
internal sealed record KeyImport(int Added, int Strange, int Left);

/// <summary>The keys of schools as a whole: taken out, put back, destroyed.</summary>
/// <param name="keys">As the role of keys.</param>
internal sealed class KeyStore(Database keys)
{
    private const string DataKeys = "SELECT school_id, day, key_id, master_id, wrapped, created_at FROM data_key ORDER BY school_id, day";

    private const string SchoolKeys = "SELECT school_id, key_id, master_id, wrapped, created_at, retired_at FROM school_key ORDER BY school_id, created_at, key_id";

    private const string InsertDataKey = """
        INSERT INTO data_key (school_id, day, key_id, master_id, wrapped, created_at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING
        """;

    // A key that was made before this, for a school that had nothing sealed: it goes on opening, and seals nothing new.
    private const string Retire = """
        UPDATE school_key SET retired_at = clock_timestamp() WHERE school_id = $1 AND retired_at IS NULL AND key_id <> $2
        """;

    private const string Current = "SELECT key_id FROM school_key WHERE school_id = $1 AND retired_at IS NULL";

    private const string InsertRetired = """
        INSERT INTO school_key (school_id, key_id, master_id, wrapped, created_at, retired_at) VALUES ($1, $2, $3, $4, clock_timestamp(), clock_timestamp())
        """;

    private const string OtherDataKey = "SELECT 1 FROM data_key WHERE school_id = $1 AND day = $2 AND key_id <> $3";

    private const string InsertSchoolKey = """
        INSERT INTO school_key (school_id, key_id, master_id, wrapped, created_at, retired_at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (school_id, key_id) DO NOTHING
        """;

    public async Task<KeyExport> ExportAsync(Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await keys.OpenAcrossAsync(actor, cancellationToken);
        return KeyExport.Of(
            await session.RowsAsync(
                DataKeys, [],
                row => new ExportedDataKey(row.GetGuid(0), row.GetFieldValue<DateOnly>(1), row.GetGuid(2), row.GetString(3), row.GetFieldValue<byte[]>(4), row.GetFieldValue<DateTimeOffset>(5)),
                cancellationToken),
            await session.RowsAsync(
                SchoolKeys, [],
                row => new ExportedSchoolKey(
                    row.GetGuid(0), row.GetGuid(1), row.GetString(2), row.GetFieldValue<byte[]>(3), row.GetFieldValue<DateTimeOffset>(4),
                    row.IsDBNull(5) ? null : row.GetFieldValue<DateTimeOffset>(5)),
                cancellationToken));
    }

    /// <summary>Puts in what is not there; recorded in each school that was given a key.</summary>
    /// <exception cref="SetupException">A day has another key: what it sealed and what the imported one sealed cannot both be read. Nothing was imported.</exception>
    public async Task<KeyImport> ImportAsync(KeyExport export, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await keys.OpenAcrossAsync(actor, cancellationToken);
        var all = await session.RowsAsync("SELECT school_id, closed_at IS NOT NULL FROM school", [], row => (School: row.GetGuid(0), Left: row.GetBoolean(1)), cancellationToken);
        var (schools, left) = (all.Where(school => !school.Left).Select(school => school.School).ToHashSet(), all.Where(school => school.Left).Select(school => school.School).ToHashSet());
        var added = new Dictionary<Guid, int>();
        foreach (var key in export.SchoolKeys.Where(key => schools.Contains(key.School)))
        {
            if (key.RetiredAt is null)
            {
                await session.ExecuteAsync(Retire, [key.School, key.Key], cancellationToken);
            }

            Add(key.School, await session.ExecuteAsync(
                InsertSchoolKey,
                [key.School, key.Key, key.MasterId, key.Wrapped, key.CreatedAt, new NpgsqlParameter { Value = (object?)key.RetiredAt ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz }],
                cancellationToken));
        }

        foreach (var key in export.DataKeys.Where(key => schools.Contains(key.School)))
        {
            var rows = await session.ExecuteAsync(InsertDataKey, [key.School, key.Day, key.Key, key.MasterId, key.Wrapped, key.CreatedAt], cancellationToken);
            if (rows == 0 && (await session.RowsAsync(OtherDataKey, [key.School, key.Day, key.Key], row => row.GetInt32(0), cancellationToken)).Count > 0)
            {
                throw new SetupException(
                    $"The log of {key.Day:yyyy-MM-dd} in school {key.School} has another key here: a service was started before the import. Nothing was imported. Restore the dump anew, and import before a service is started.");
            }

            Add(key.School, rows);
        }

        foreach (var (school, count) in added.Where(entry => entry.Value > 0))
        {
            await session.EnterAsync(school, cancellationToken);
            session.RecordAccess(school, "keys.import", Counted.Of(count, "key"));
        }

        await session.CommitAsync(cancellationToken);
        List<Guid> owners = [.. export.SchoolKeys.Select(key => key.School), .. export.DataKeys.Select(key => key.School)];
        return new KeyImport(added.Values.Sum(), owners.Count(owner => !schools.Contains(owner) && !left.Contains(owner)), owners.Count(left.Contains));

        void Add(Guid school, int rows) => added[school] = added.GetValueOrDefault(school) + rows;
    }

    /// <summary>
    /// Destroys all keys of a school that left: nothing sealed of it opens again, here and in every backup that was made without keys. With them it is closed: none of
    /// its sources is heard, and it gets no other key until it is opened again. Recorded.
    /// </summary>
    /// <param name="name">As somebody typed it.</param>
    /// <returns>How many keys.</returns>
    /// <exception cref="SetupException">It is not the school's name.</exception>
    public async Task<int> DestroyAsync(School school, string name, Actor actor, CancellationToken cancellationToken)
    {
        if (!string.Equals(name.Trim(), school.Name, StringComparison.Ordinal))
        {
            throw new SetupException("That is not the school's name. Nothing was destroyed.");
        }

        await using var session = await keys.OpenAsync(school.SchoolId, actor, cancellationToken);
        // A key that somebody is about to make is made before this, and destroyed, or after it, and refused.
        await session.ExecuteAsync("LOCK TABLE school_key, data_key IN SHARE ROW EXCLUSIVE MODE", [], cancellationToken);
        await session.ExecuteAsync("UPDATE school SET closed_at = clock_timestamp() WHERE school_id = $1", [school.SchoolId], cancellationToken);
        var destroyed = await session.ExecuteAsync("DELETE FROM school_key WHERE school_id = $1", [school.SchoolId], cancellationToken)
            + await session.ExecuteAsync("DELETE FROM data_key WHERE school_id = $1", [school.SchoolId], cancellationToken);
        session.RecordAccess(school.SchoolId, "keys.destroy", Counted.Of(destroyed, "key"));
        await SourceRegister.AnnounceAsync(session, cancellationToken);
        await session.CommitAsync(cancellationToken);
        return destroyed;
    }

    /// <summary>
    /// Gives a school another key: what is sealed from now on is sealed by it, what is there opens by those before, and hashes stay what they are. Recorded.
    /// </summary>
    /// <param name="master">Wraps it.</param>
    /// <param name="settles">Waited between making the key and sealing by it, so that whoever opens knows it by then.</param>
    /// <exception cref="SetupException">The school has no key yet, or left.</exception>
    public async Task<Guid> RenewAsync(School school, MasterKey master, Func<CancellationToken, Task> settles, Actor actor, CancellationToken cancellationToken)
    {
        var fresh = SchoolKey.Make();
        await using (var making = await keys.OpenAsync(school.SchoolId, actor, cancellationToken))
        {
            if ((await making.RowsAsync(Current, [school.SchoolId], row => row.GetGuid(0), cancellationToken)).Count == 0)
            {
                throw new SetupException($"\"{SetupText.Shown(school.Name)}\" has no key to renew. A school gets its first key with the first thing that is stored of it; one that left gets none.");
            }

            // Retired from the start, it opens and does not seal.
            await making.ExecuteAsync(InsertRetired, [school.SchoolId, fresh.Id, master.Id, fresh.Wrap(master, school.SchoolId)], cancellationToken);
            await making.CommitAsync(cancellationToken);
        }

        await settles(cancellationToken);
        await using var session = await keys.OpenAsync(school.SchoolId, actor, cancellationToken);
        await session.ExecuteAsync(Retire, [school.SchoolId, fresh.Id], cancellationToken);
        if (await session.ExecuteAsync("UPDATE school_key SET retired_at = NULL WHERE school_id = $1 AND key_id = $2", [school.SchoolId, fresh.Id], cancellationToken) == 0)
        {
            throw new SetupException($"The keys of \"{SetupText.Shown(school.Name)}\" were destroyed meanwhile: nothing was renewed.");
        }

        session.RecordAccess(school.SchoolId, "keys.renew", fresh.Id.ToString());
        await session.CommitAsync(cancellationToken);
        return fresh.Id;
    }
}
