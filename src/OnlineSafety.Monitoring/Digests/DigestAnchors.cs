using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.IntakeLog;

namespace OnlineSafety.Monitoring.Digests;

/// <summary>
/// Finds the heads that a day's short anchor stands for in the digests kept here. The digest need not be trusted: one that was changed has
/// another anchor than the one that was printed.
/// </summary>
internal sealed class DigestAnchors(Database database)
{
    private static readonly Actor Actor = Actor.Service("verify");

    /// <summary>The heads; empty when no digest of that day has this anchor.</summary>
    public async Task<IReadOnlyList<HeadAnchor>> HeadsOfAsync(DayAnchor anchor, CancellationToken cancellationToken)
    {
        foreach (var school in await SchoolsAsync(cancellationToken))
        {
            await using var session = await database.OpenAsync(school, Actor, cancellationToken);
            await using var command = session.Command("SELECT content FROM digest WHERE school_id = $1 AND day = $2");
            command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = school });
            command.Parameters.Add(new NpgsqlParameter<DateOnly> { TypedValue = anchor.Day });
            if (await command.ExecuteScalarAsync(cancellationToken) is byte[] content)
            {
                HeadAnchor[] heads = [.. DigestContent.FromJson(content).Heads.Select(head => head.Anchor)];
                if (DayAnchor.Of(anchor.Day, heads) == anchor)
                {
                    return heads;
                }
            }
        }

        return [];
    }

    private async Task<List<Guid>> SchoolsAsync(CancellationToken cancellationToken)
    {
        var schools = new List<Guid>();
        await using var session = await database.OpenAcrossAsync(Actor, cancellationToken);
        await using var command = session.Command("SELECT school_id FROM school ORDER BY school_id");
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            schools.Add(rows.GetGuid(0));
        }

        return schools;
    }
}
