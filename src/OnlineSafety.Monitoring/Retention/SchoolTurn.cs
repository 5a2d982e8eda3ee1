using Npgsql;
using OnlineSafety.Monitoring.Access;

namespace OnlineSafety.Monitoring.Retention;

/// <summary>
/// Whose turn it is in a school. What lets go of rows (a clock, an erasure) and what keeps them (a hold) work one after the other, so that a hold stands before a row
/// goes or after it is gone, and never comes in between; a replay, which replaces rows, waits for them and they for it. Taken before any other lock.
/// </summary>
internal static class SchoolTurn
{
    /// <summary>Seconds: an erasure looks through all that is stored of a school, and whoever comes after it has to come, not to fail.</summary>
    public const int Patience = 600;

    private const string Alone = "SELECT pg_advisory_xact_lock(hashtextextended('retention:' || $1::text, 0))";
    private const string Shared = "SELECT pg_advisory_xact_lock_shared(hashtextextended('retention:' || $1::text, 0))";

    /// <summary>Alone in the school to the end of the transaction.</summary>
    public static async Task TakeAsync(Session session, Guid school, CancellationToken cancellationToken)
    {
        await using var command = session.Command(Alone);
        command.CommandTimeout = Patience;
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = school });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Beside others that replace or copy: none of those who let go or keep. For a batch with <see cref="Patience"/>.</summary>
    public static NpgsqlBatchCommand ShareCommand(Guid school) => new(Shared) { Parameters = { new NpgsqlParameter<Guid> { TypedValue = school } } };
}
