using OnlineSafety.Monitoring.Access;

namespace OnlineSafety.Monitoring.People;

/// <summary>Says, in the transaction that changes the people of a school, that its alerts are to be held against them: whoever processes does it.</summary>
internal static class PeopleChange
{
    // Late, because numbers of new alerts wait for this row; but before the access record, whose chain everybody locks after it.
    private const string Sql = "UPDATE school SET people_changed_at = clock_timestamp() WHERE school_id = $1";

    public static Task SayAsync(Session session, Guid school, CancellationToken cancellationToken) => session.ExecuteAsync(Sql, [school], cancellationToken);
}
