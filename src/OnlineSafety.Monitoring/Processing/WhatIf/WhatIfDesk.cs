using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Processing.Jobs;

namespace OnlineSafety.Monitoring.Processing.WhatIf;

/// <summary>Where the set-up side asks what other rules would have made of a span. The answer is watched at the <see cref="JobDesk"/>.</summary>
internal sealed class WhatIfDesk(Database setup, SchoolSeals seals, TimeProvider time)
{
    public const int ShortestReason = 3;
    public const int LongestReason = 500;

    private const string Insert = """
        INSERT INTO source_job (school_id, job_id, source_id, kind, range_from, range_to, requested_at, content, asked_by)
        VALUES ($1, $2, NULLIF($3, '00000000-0000-0000-0000-000000000000'::uuid), $4, $5, $6, $7, $8, NULLIF($9, '00000000-0000-0000-0000-000000000000'::uuid))
        """;

    /// <param name="target">Source <see cref="Guid.Empty"/>: the whole school.</param>
    /// <param name="request">The rules that are tried, and what is assumed.</param>
    /// <param name="from">Received from then on.</param>
    /// <param name="to">Received until then.</param>
    /// <param name="reason">Why; recorded with the hash of what is tried.</param>
    /// <param name="actor">Who asks; recorded. Only what that person may see enters the comparison, and nobody else is shown the answer.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <returns>The job's id.</returns>
    /// <exception cref="Sources.SetupException">The rules are too large, or there is no reason.</exception>
    public async Task<Guid> AskAsync(
        SourceKey target, WhatIfRequest request, DateTimeOffset from, DateTimeOffset to, string reason, Actor actor, CancellationToken cancellationToken)
    {
        var why = reason.Trim();
        if (why.Length is < ShortestReason or > LongestReason || why.Any(char.IsControl))
        {
            throw new Sources.SetupException($"Say why it is asked, in {ShortestReason} to {LongestReason} characters: what children did is read for it.");
        }

        var content = request.Pack();
        if (content.Length > WhatIfRequest.LargestPacked)
        {
            throw new Sources.SetupException("The rules are too large to be tried: 4 MB packed are the most.");
        }

        var job = Guid.NewGuid();
        var seal = await seals.OfAsync(target.School, cancellationToken);
        await using var session = await setup.OpenAsync(target.School, actor, cancellationToken);
        await using var insert = session.Command(Insert);
        foreach (var value in new object[] { target.School, job, target.Source, JobKind.WhatIf, from, to, time.GetUtcNow(), content, actor.Staff ?? Guid.Empty })
        {
            insert.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        await insert.ExecuteNonQueryAsync(cancellationToken);
        session.RecordAccess(target.School, "source.job.whatif", $"{job} {request.Tried}", seal.SealWords(why, SealedField.AccessReason));
        await session.CommitAsync(cancellationToken);
        return job;
    }
}
