using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;
using OnlineSafety.Monitoring.Access;

namespace OnlineSafety.Monitoring.Sources.Health;

/// <summary>The calendars of schools, for set-up.</summary>
internal sealed class CalendarRegister(Database setup)
{
    // Waits for whoever changes it at the same moment: two closures that are added at once are both kept.
    private const string LockSql = "SELECT content::text FROM school_calendar WHERE school_id = $1 FOR UPDATE";

    private const string StoreSql = """
        INSERT INTO school_calendar (school_id, content) VALUES ($1, $2)
        ON CONFLICT (school_id) DO UPDATE SET content = EXCLUDED.content, updated_at = now()
        """;

    /// <exception cref="SetupException">It is no calendar; says where.</exception>
    public async Task<CalendarFile> ImportAsync(Guid school, string json, Actor actor, CancellationToken cancellationToken)
    {
        var file = CalendarFile.Parse(json);
        await using var session = await setup.OpenAsync(school, actor, cancellationToken);
        await StoreAsync(session, school, JsonNode.Parse(json)!.ToJsonString(), "school.calendar-import", cancellationToken);
        return file;
    }

    /// <summary>The calendar as it was given, with what was added; null: none.</summary>
    public async Task<string?> ShowAsync(Guid school, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await setup.OpenAsync(school, actor, cancellationToken);
        return await session.Context.Calendars.AsNoTracking().Where(c => c.SchoolId == school).Select(c => c.Content).FirstOrDefaultAsync(cancellationToken);
    }

    /// <summary>Adds a term, to the calendar that there is or as its beginning.</summary>
    /// <exception cref="SetupException">It is no term, or meets another.</exception>
    public async Task AddTermAsync(Guid school, string name, DateOnly first, DateOnly last, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await setup.OpenAsync(school, actor, cancellationToken);
        await using var command = session.Command(LockSql);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = school });
        var stored = await command.ExecuteScalarAsync(cancellationToken) as string;
        await StoreAsync(session, school, CalendarFile.WithTerm(stored, name, first, last), "school.term-add", cancellationToken);
    }

    /// <exception cref="SetupException">There is no calendar to add it to, or it is no closure.</exception>
    public async Task CloseAsync(Guid school, DateOnly first, DateOnly last, string kind, string note, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await setup.OpenAsync(school, actor, cancellationToken);
        await using var command = session.Command(LockSql);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = school });
        var stored = await command.ExecuteScalarAsync(cancellationToken) as string
            ?? throw NoCalendar();
        await StoreAsync(session, school, CalendarFile.WithClosure(stored, first, last, kind, note), "school.closure-add", cancellationToken);
    }

    /// <summary>Takes a closure out again: pupils are in school on these days after all.</summary>
    /// <exception cref="SetupException">There is no such closure.</exception>
    public async Task ReopenAsync(Guid school, DateOnly first, DateOnly last, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await setup.OpenAsync(school, actor, cancellationToken);
        await using var command = session.Command(LockSql);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = school });
        var without = await command.ExecuteScalarAsync(cancellationToken) is string stored ? CalendarFile.WithoutClosure(stored, first, last) : null;
        await StoreAsync(session, school, without ?? throw NoClosure(), "school.closure-remove", cancellationToken);
    }

    public static SetupException NoCalendar() => new("This school has no calendar yet. See: onlinesafety school calendar import --help");

    public static SetupException NoClosure() => new("There is no such closure: somebody may have removed it already.");

    private static async Task StoreAsync(Session session, Guid school, string json, string action, CancellationToken cancellationToken)
    {
        await using var command = session.Command(StoreSql);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = school });
        command.Parameters.Add(new NpgsqlParameter { Value = json, NpgsqlDbType = NpgsqlDbType.Jsonb });
        await command.ExecuteNonQueryAsync(cancellationToken);
        session.RecordAccess(school, action, school.ToString());
        await session.CommitAsync(cancellationToken);
    }
}
