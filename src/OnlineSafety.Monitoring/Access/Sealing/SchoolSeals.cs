using System.Collections.Concurrent;
using System.Security.Cryptography;
using Npgsql;

namespace OnlineSafety.Monitoring.Access.Sealing;

/// <summary>
/// The seals of schools. A key is made when a school first needs one, and used only after its row is committed: what a key seals that was rolled back could never be
/// opened again.
/// </summary>
/// <param name="database">Of a role that may read and make school keys: set-up, process or console.</param>
internal sealed class SchoolSeals(Database database, MasterKeys masters, TimeProvider time)
{
    /// <summary>How long a destroyed key goes on opening, and how long both forms are asked for after the last row was sealed.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromSeconds(30);

    private const int Kept = 10_000;

    private const string Keys = "SELECT key_id, master_id, wrapped, retired_at IS NULL FROM school_key WHERE school_id = $1 ORDER BY created_at, key_id";

    private const string Standing = "SELECT stored_plain, closed_at IS NOT NULL FROM school WHERE school_id = $1";

    private const string Insert = "INSERT INTO school_key (school_id, key_id, master_id, wrapped) VALUES ($1, $2, $3, $4) ON CONFLICT (school_id) WHERE retired_at IS NULL DO NOTHING";

    private const string NeedsAnother = "SELECT holds_sealed()";

    private static readonly Actor Actor = Actor.Service("school-keys");
    private readonly ConcurrentDictionary<Guid, (SchoolSeal Seal, long ReadAt)> _known = new();

    /// <exception cref="KeyGoneException">The school has no key, and something sealed that needs the one it had.</exception>
    public ValueTask<SchoolSeal> OfAsync(Guid school, CancellationToken cancellationToken) =>
        _known.TryGetValue(school, out var known) && time.GetElapsedTime(known.ReadAt) < Fresh ? new(known.Seal) : new(ReadAsync(school, cancellationToken));

    /// <summary>What is known of the school is read again before the next use.</summary>
    public void Forget(Guid school) => _known.TryRemove(school, out _);

    private async Task<SchoolSeal> ReadAsync(Guid school, CancellationToken cancellationToken)
    {
        var readAt = time.GetTimestamp();
        await using var session = await database.OpenAsync(school, Actor, cancellationToken);
        var (plain, closed) = (await session.RowsAsync(Standing, [school], row => (row.GetBoolean(0), row.GetBoolean(1)), cancellationToken)).FirstOrDefault();
        if (closed)
        {
            var gone = _known.TryGetValue(school, out var before) && before.Seal.IsClosed ? before.Seal : SchoolSeal.OfClosed(school);
            _known[school] = (gone, readAt);
            return gone;
        }

        var rows = await session.RowsAsync(Keys, [school], KeyRow.Read, cancellationToken);
        if (!rows.Exists(row => row.Current))
        {
            // Its hashes would find nobody, and would stay in what is written meanwhile.
            if ((await session.RowsAsync(NeedsAnother, [], row => row.GetBoolean(0), cancellationToken))[0])
            {
                throw new KeyGoneException($"What is sealed of school {school} was sealed by a key that is not here. After restoring a backup put its keys back: onlinesafety keys import keys.json.");
            }

            var (fresh, master) = (SchoolKey.Make(), masters.Current);
            await session.ExecuteAsync(Insert, [school, fresh.Id, master.Id, fresh.Wrap(master, school)], cancellationToken);
            // Another process may have been faster: its key counts.
            rows = await session.RowsAsync(Keys, [school], KeyRow.Read, cancellationToken);
        }

        await session.CommitAsync(cancellationToken);
        var current = rows.Find(row => row.Current)!.Id;
        var seal = _known.TryGetValue(school, out var known) && known.Seal.MayBePlain == plain && known.Seal.CurrentKey == current && rows.Select(row => row.Id).SequenceEqual(known.Seal.KeyIds)
            ? known.Seal
            : new SchoolSeal(school, rows.ConvertAll(row => Unwrap(school, row)), current, plain);
        if (_known.Count >= Kept)
        {
            _known.Clear();
        }

        _known[school] = (seal, readAt);
        return seal;
    }

    private SchoolKey Unwrap(Guid school, KeyRow row) => masters.Find(row.MasterId) is { } master
        ? SchoolKey.Unwrap(master, school, row.Id, row.Wrapped)
        : throw new CryptographicException($"A key of school {school} was wrapped by master key {row.MasterId}; this process has {masters}. Give the right --master-key-file.");

    private sealed record KeyRow(Guid Id, string MasterId, byte[] Wrapped, bool Current)
    {
        public static KeyRow Read(NpgsqlDataReader row) => new(row.GetGuid(0), row.GetString(1), row.GetFieldValue<byte[]>(2), row.GetBoolean(3));
    }
}
