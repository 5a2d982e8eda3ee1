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
            if (await session.RowsAsync("SELECT content FROM digest WHERE school_id = $1 AND day = $2", [school, anchor.Day], row => row.GetFieldValue<byte[]>(0), cancellationToken) is [var content])
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
        await using var session = await database.OpenAcrossAsync(Actor, cancellationToken);
        return await session.RowsAsync("SELECT school_id FROM school ORDER BY school_id", [], row => row.GetGuid(0), cancellationToken);
    }
}
