using Microsoft.EntityFrameworkCore;
using OnlineSafety.Monitoring.Access;

namespace OnlineSafety.Monitoring.Sources;

/// <summary>The schools of this installation, for set-up.</summary>
internal sealed class SchoolRegister(Database setup)
{
    public const string HoldingName = "Unassigned";

    /// <summary>Of the place for what matches no source where there are several schools; no school of anybody's.</summary>
    public static Guid HoldingId { get; } = new("0a551600-0000-4000-8000-000000000000");

    /// <summary>Adds a school.</summary>
    /// <exception cref="SetupException">The name is empty, too long, holds control characters, or the name or the URN is taken.</exception>
    public async Task<School> AddAsync(string name, string urn, Actor actor, CancellationToken cancellationToken)
    {
        var school = new School { SchoolId = Guid.NewGuid(), Name = SetupText.Name(name, "school"), Urn = SetupText.Optional(urn, "URN", 20) };
        await using var session = await setup.OpenAsync(school.SchoolId, actor, cancellationToken);
        var others = await session.Context.Schools.AsNoTracking().Select(s => new { s.Name, s.Urn }).ToListAsync(cancellationToken);
        // "alder primary" beside "Alder Primary" is one school typed twice: half its sources would tell nobody.
        if (others.Find(other => string.Equals(other.Name, school.Name, StringComparison.OrdinalIgnoreCase)) is { } named)
        {
            throw new SetupException($"There is a school named \"{named.Name}\" already. See: onlinesafety school list");
        }

        if (school.Urn.Length > 0 && others.Find(other => other.Urn == school.Urn) is { } twin)
        {
            throw new SetupException($"The school with URN {school.Urn} is there already: \"{twin.Name}\". See: onlinesafety school list");
        }

        await InsertAsync(session, school, cancellationToken);
        session.RecordAccess(school.SchoolId, "school.add", school.SchoolId.ToString());
        await SourceRegister.AnnounceAsync(session, cancellationToken);
        await session.CommitAsync(cancellationToken);
        return school;
    }

    public async Task<IReadOnlyList<School>> ListAsync(Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await setup.OpenAcrossAsync(actor, cancellationToken);
        return await session.Context.Schools.AsNoTracking().OrderBy(s => s.Name).ThenBy(s => s.SchoolId).ToListAsync(cancellationToken);
    }

    /// <summary>The school with this id or exact name.</summary>
    /// <exception cref="SetupException">None, or more than one by that name.</exception>
    public async Task<School> FindAsync(string idOrName, Actor actor, CancellationToken cancellationToken)
    {
        var schools = await ListAsync(actor, cancellationToken);
        if (Guid.TryParse(idOrName, out var id) && schools.FirstOrDefault(s => s.SchoolId == id) is { } byId)
        {
            return byId;
        }

        var named = schools.Where(s => s.Name == idOrName).ToList();
        return named.Count switch
        {
            1 => named[0],
            0 => throw new SetupException($"No school is called \"{SetupText.Shown(idOrName)}\". See: onlinesafety school list"),
            _ => throw new SetupException(
                $"{named.Count} schools are called \"{SetupText.Shown(idOrName)}\". Give the id instead: {string.Join(", ", named.Select(s => s.SchoolId))}"),
        };
    }

    /// <param name="days"><c>every</c> or <c>school</c>.</param>
    public async Task ChooseDigestDaysAsync(Guid school, string days, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await setup.OpenAsync(school, actor, cancellationToken);
        await using var command = session.Command("UPDATE school SET digest_days = $2 WHERE school_id = $1");
        command.Parameters.AddWithValue(school);
        command.Parameters.AddWithValue(days);
        await command.ExecuteNonQueryAsync(cancellationToken);
        session.RecordAccess(school, "digest.days", days);
        await session.CommitAsync(cancellationToken);
    }

    /// <summary>Opens a school that left: its sources are heard again with the keys that they have, and new keys seal what comes. What was there stays unreadable.</summary>
    /// <exception cref="SetupException">It is open, or left a moment ago.</exception>
    public async Task ReopenAsync(School school, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await setup.OpenAsync(school.SchoolId, actor, cancellationToken);
        // A running service knows a destroyed key for half a minute still: what it would take by it nobody could read.
        if ((await session.RowsAsync("SELECT 1 FROM school WHERE school_id = $1 AND closed_at > clock_timestamp() - interval '1 minute'", [school.SchoolId], row => row.GetInt32(0), cancellationToken)).Count > 0)
        {
            throw new SetupException($"\"{SetupText.Shown(school.Name)}\" left less than a minute ago, and running services still forget its keys. Try again in a minute.");
        }

        if (await session.ExecuteAsync("UPDATE school SET closed_at = NULL WHERE school_id = $1 AND closed_at IS NOT NULL", [school.SchoolId], cancellationToken) == 0)
        {
            throw new SetupException($"\"{SetupText.Shown(school.Name)}\" is open already. See: onlinesafety school list");
        }

        session.RecordAccess(school.SchoolId, "school.reopen", school.SchoolId.ToString());
        await SourceRegister.AnnounceAsync(session, cancellationToken);
        await session.CommitAsync(cancellationToken);
    }

    /// <summary>Makes the holding school for what matches no source, once.</summary>
    public async Task EnsureHoldingAsync(Actor actor, CancellationToken cancellationToken)
    {
        // A fixed id: two processes that start at the same time make the same row.
        await using var session = await setup.OpenAsync(HoldingId, actor, cancellationToken);
        await using var command = session.Command(
            "INSERT INTO school (school_id, name, kind) VALUES ($1, $2, $3) ON CONFLICT (school_id) DO NOTHING");
        command.Parameters.AddWithValue(HoldingId);
        command.Parameters.AddWithValue(HoldingName);
        command.Parameters.AddWithValue(School.Unassigned);
        await command.ExecuteNonQueryAsync(cancellationToken);
        await session.CommitAsync(cancellationToken);
    }

    // The column defaults of time zone, digest time and grouping window are the entity's own.
    private static async Task InsertAsync(Session session, School school, CancellationToken cancellationToken)
    {
        await using var command = session.Command("INSERT INTO school (school_id, name, urn, kind) VALUES ($1, $2, $3, $4)");
        command.Parameters.AddWithValue(school.SchoolId);
        command.Parameters.AddWithValue(school.Name);
        command.Parameters.AddWithValue(school.Urn);
        command.Parameters.AddWithValue(school.Kind);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
