using System.Collections.Concurrent;
using System.Security.Cryptography;
using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Sealing;

namespace OnlineSafety.Monitoring.IntakeLog;

/// <summary>
/// Data keys by school and day, made when first needed. A key is used only after its row is committed: a segment whose key was
/// rolled back could never be opened again.
/// </summary>
/// <param name="time">Measures how long a key was not looked for; null: the system's, whose hour does not matter here.</param>
internal sealed class DataKeyRing(Database database, MasterKeys masters, TimeProvider? time = null)
{
    /// <summary>How long a destroyed key goes on opening.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromSeconds(30);

    private const int Kept = 10_000;
    private static readonly Actor Actor = Actor.Service("data-keys");
    private readonly ConcurrentDictionary<(Guid School, DateOnly Day), (DataKey Key, long ReadAt)> _keys = new();
    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <summary>The key of a school's day, made if there is none (ingest).</summary>
    /// <exception cref="KeyGoneException">The school left: it gets none.</exception>
    public async Task<DataKey> GetOrMakeAsync(Guid school, DateOnly day, CancellationToken cancellationToken)
    {
        if (await FindAsync(school, day, cancellationToken) is { } known)
        {
            return known;
        }

        var readAt = _time.GetTimestamp();
        var (fresh, master) = (new DataKey(Guid.NewGuid(), RandomNumberGenerator.GetBytes(32)), masters.Current);
        await using var session = await database.OpenAsync(school, Actor, cancellationToken);
        await using var insert = session.Command(
            "INSERT INTO data_key (school_id, day, key_id, master_id, wrapped) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (school_id, day) DO NOTHING");
        insert.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = school });
        insert.Parameters.Add(new NpgsqlParameter<DateOnly> { TypedValue = day });
        insert.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = fresh.Id });
        insert.Parameters.Add(new NpgsqlParameter<string> { TypedValue = master.Id });
        insert.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = fresh.Wrap(master, school, day) });
        try
        {
            await insert.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (PostgresException refused) when (refused.SqlState == PostgresErrorCodes.ObjectNotInPrerequisiteState)
        {
            // The trigger school_is_open. This school's alone: others in the same commit must not be turned away for it.
            throw new KeyGoneException($"School {school} left and its keys were destroyed: it gets no data key until it is opened again, by onlinesafety school reopen.");
        }

        var stored = await ReadAsync(session, school, day, cancellationToken)
            ?? throw new InvalidOperationException("A data key was written and cannot be read.");
        await session.CommitAsync(cancellationToken);
        return Keep(school, day, stored, readAt);
    }

    /// <summary>The key of a school's day, null when it was destroyed (readers).</summary>
    public async Task<DataKey?> FindAsync(Guid school, DateOnly day, CancellationToken cancellationToken)
    {
        if (_keys.TryGetValue((school, day), out var known) && _time.GetElapsedTime(known.ReadAt) < Fresh)
        {
            return known.Key;
        }

        var readAt = _time.GetTimestamp();
        await using var session = await database.OpenAsync(school, Actor, cancellationToken);
        var stored = await ReadAsync(session, school, day, cancellationToken);
        if (stored is null)
        {
            _keys.TryRemove((school, day), out _);
            return null;
        }

        return Keep(school, day, stored, readAt);
    }

    private DataKey Keep(Guid school, DateOnly day, DataKey key, long readAt)
    {
        if (_keys.Count >= Kept)
        {
            _keys.Clear();
        }

        _keys[(school, day)] = (key, readAt);
        return key;
    }

    private async Task<DataKey?> ReadAsync(Session session, Guid school, DateOnly day, CancellationToken cancellationToken)
    {
        await using var select = session.Command("SELECT key_id, master_id, wrapped FROM data_key WHERE school_id = $1 AND day = $2");
        select.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = school });
        select.Parameters.Add(new NpgsqlParameter<DateOnly> { TypedValue = day });
        await using var rows = await select.ExecuteReaderAsync(cancellationToken);
        if (!await rows.ReadAsync(cancellationToken))
        {
            return null;
        }

        var masterId = rows.GetString(1);
        return masters.Find(masterId) is { } master
            ? DataKey.Unwrap(master, school, day, rows.GetGuid(0), rows.GetFieldValue<byte[]>(2))
            : throw new CryptographicException($"The data key of {day:yyyy-MM-dd} was wrapped by master key {masterId}; this process has {masters}. Give the right --master-key-file.");
    }
}
