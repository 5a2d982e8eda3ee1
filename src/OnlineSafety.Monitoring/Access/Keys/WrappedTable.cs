using Npgsql;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Notifications.Outgoing;
using OnlineSafety.Monitoring.Sources.Authentication;

namespace OnlineSafety.Monitoring.Access.Keys;

/// <summary>A table that holds what a master key wrapped. A test holds the list against the catalogue: no column that names a master key is missing.</summary>
/// <param name="Count">Rows by master key.</param>
/// <param name="Select">Rows wrapped by one of the keys in $1, at most $2, locked: what wraps it, what is wrapped, and then what <paramref name="Associated"/> and <paramref name="Update"/> ask for.</param>
/// <param name="Update">Puts $1 and $2 in their place, in the row named by the columns from the third on.</param>
/// <param name="Associated">What is authenticated with the wrapped bytes.</param>
internal sealed record WrappedTable(string Name, string Count, string Select, string Update, Func<NpgsqlDataReader, byte[]> Associated)
{
    public static IReadOnlyList<WrappedTable> All { get; } =
    [
        new(
            "data_key",
            "SELECT master_id, count(*) FROM data_key GROUP BY master_id",
            "SELECT master_id, wrapped, school_id, day, key_id FROM data_key WHERE master_id = ANY ($1) LIMIT $2 FOR UPDATE SKIP LOCKED",
            "UPDATE data_key SET master_id = $1, wrapped = $2 WHERE school_id = $3 AND day = $4 AND key_id = $5",
            row => DataKey.Associated(row.GetGuid(2), row.GetFieldValue<DateOnly>(3), row.GetGuid(4))),
        new(
            "school_key",
            "SELECT master_id, count(*) FROM school_key GROUP BY master_id",
            "SELECT master_id, wrapped, school_id, key_id FROM school_key WHERE master_id = ANY ($1) LIMIT $2 FOR UPDATE SKIP LOCKED",
            "UPDATE school_key SET master_id = $1, wrapped = $2 WHERE school_id = $3 AND key_id = $4",
            row => SchoolKey.Associated(row.GetGuid(2), row.GetGuid(3))),
        new(
            "source_secret",
            "SELECT master_id, count(*) FROM source_secret GROUP BY master_id",
            "SELECT master_id, sealed, school_id, source_id, secret_id FROM source_secret WHERE master_id = ANY ($1) LIMIT $2 FOR UPDATE SKIP LOCKED",
            "UPDATE source_secret SET master_id = $1, sealed = $2 WHERE school_id = $3 AND source_id = $4 AND secret_id = $5",
            row => SigningSecret.Associated(row.GetGuid(2), row.GetGuid(3), row.GetGuid(4))),
        new(
            "channel",
            "SELECT master_id, count(*) FROM channel GROUP BY master_id",
            "SELECT master_id, sealed, school_id, channel_id FROM channel WHERE master_id = ANY ($1) LIMIT $2 FOR UPDATE SKIP LOCKED",
            "UPDATE channel SET master_id = $1, sealed = $2 WHERE school_id = $3 AND channel_id = $4",
            row => OutgoingChannel.Associated(row.GetGuid(2), row.GetGuid(3))),
        new(
            "account",
            "SELECT totp_master_id, count(*) FROM account WHERE totp_master_id IS NOT NULL GROUP BY totp_master_id",
            "SELECT totp_master_id, totp_sealed, account_id FROM account WHERE totp_master_id = ANY ($1) LIMIT $2 FOR UPDATE SKIP LOCKED",
            "UPDATE account SET totp_master_id = $1, totp_sealed = $2 WHERE account_id = $3",
            row => row.GetGuid(2).ToByteArray(bigEndian: true)),
    ];
}
