using Npgsql;
using OnlineSafety.Monitoring.Access;

namespace OnlineSafety.Monitoring.Sources.Overlays;

/// <summary>Which edition judges what a school receives from a moment on.</summary>
internal sealed record SchoolEdition(DateTimeOffset From, string Edition)
{
    public const string Select = "SELECT works_from, edition FROM school_edition WHERE school_id = $1 ORDER BY works_from";

    public static SchoolEdition Read(NpgsqlDataReader row) => new(row.GetFieldValue<DateTimeOffset>(0), row.GetString(1));
}

/// <summary>The schools' editions of the taxonomy, for set-up. What was received before is never judged anew by a later choice.</summary>
internal sealed class EditionRegister(Database setup, TimeProvider time)
{
    /// <summary>Chooses an edition for what is received from a moment on; the earliest is <see cref="OverlayRegister.Delay"/> from now.</summary>
    /// <exception cref="SetupException">The moment has passed: events received since were judged already.</exception>
    public async Task<SchoolEdition> ChooseAsync(Guid school, string edition, DateTimeOffset? from, Actor actor, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var chosen = new SchoolEdition(from ?? now + OverlayRegister.Delay, edition);
        if (chosen.From < now + OverlayRegister.Delay)
        {
            throw new SetupException("An edition judges what is received from now on: choose a later day, or leave it out.");
        }

        await using var session = await setup.OpenAsync(school, actor, cancellationToken);
        await using var insert = session.Command("INSERT INTO school_edition (school_id, works_from, edition, author, created_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING");
        foreach (var value in (object[])[school, chosen.From, edition, actor.Name, now])
        {
            insert.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        if (await insert.ExecuteNonQueryAsync(cancellationToken) == 0)
        {
            throw new SetupException("An edition is chosen from that very moment on already.");
        }

        session.RecordAccess(school, "school.edition", edition);
        await session.CommitAsync(cancellationToken);
        return chosen;
    }

    /// <summary>What was chosen, in order; empty: the installation's edition.</summary>
    public async Task<IReadOnlyList<SchoolEdition>> ListAsync(Guid school, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await setup.OpenAsync(school, actor, cancellationToken);
        return await session.RowsAsync(SchoolEdition.Select, [school], SchoolEdition.Read, cancellationToken);
    }
}
