using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Classification.Overlays;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Sources.Overlays;

/// <summary>An entry of a school's overlay with who made it.</summary>
/// <param name="EndedBy">Who ended it before its time; null: nobody.</param>
internal sealed record RegisteredEntry(OverlayEntry Entry, string Author, DateTimeOffset CreatedAt, string? EndedBy);

/// <summary>What schools do otherwise than the shared rules, for set-up. Every step is an access record.</summary>
internal sealed class OverlayRegister(Database setup, TimeProvider time)
{
    /// <summary>
    /// From entering to working: longer than any worker goes without looking. So whatever works at a moment is known to every worker that reads what was
    /// received at it, and reading it again gives the same.
    /// </summary>
    public static readonly TimeSpan Delay = TimeSpan.FromMinutes(1);

    /// <summary>Longest life of an exclusion.</summary>
    public static readonly TimeSpan LongestExclusion = TimeSpan.FromDays(365);

    private static readonly DateTimeOffset Endless = new(9999, 12, 31, 0, 0, 0, TimeSpan.Zero);

    private const int LongestWords = 200;
    private const int LongestWhy = 500;

    private const string All = """
        SELECT rule_id, kind, words, theme, severity, why, works_from, works_until, author, created_at, ended_by
        FROM school_rule WHERE school_id = $1 ORDER BY created_at DESC, rule_id
        """;

    /// <summary>Enters a phrase that is a concern at this school.</summary>
    /// <param name="until">When it stops; null: never by itself.</param>
    /// <exception cref="SetupException">A text is empty or too long, or the end has passed.</exception>
    public Task<RegisteredEntry> AddAsync(
        Guid school, string phrase, string theme, Severity severity, string why, DateTimeOffset? until, Actor actor, string author, CancellationToken cancellationToken) =>
        EnterAsync(school, Entry(OverlayKind.Add, phrase, theme, severity, why, until ?? Endless), "rules.add", actor, author, cancellationToken);

    /// <summary>Enters a phrase, or a rule of the shared packs, that does not count at this school.</summary>
    /// <param name="why">Why; people read it in the digest.</param>
    /// <exception cref="SetupException">A text is empty or too long, or the end has passed or is more than a year away.</exception>
    public Task<RegisteredEntry> ExcludeAsync(
        Guid school, OverlayKind kind, string words, string why, DateTimeOffset until, Actor actor, string author, CancellationToken cancellationToken)
    {
        var entry = Entry(kind, words, "", Severity.None, why, until);
        return entry.Until - entry.From <= LongestExclusion
            ? EnterAsync(school, entry, "rules.exclude", actor, author, cancellationToken)
            : throw new SetupException($"An exclusion ends within {LongestExclusion.TotalDays:0} days. It can be entered again.");
    }

    /// <summary>Entries of a school, the newest first; those that have ended too.</summary>
    public async Task<IReadOnlyList<RegisteredEntry>> ListAsync(Guid school, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await setup.OpenAsync(school, actor, cancellationToken);
        return await session.RowsAsync(
            All, [school],
            row => new RegisteredEntry(OverlayRows.Read(row), row.GetString(8), row.GetFieldValue<DateTimeOffset>(9), row.IsDBNull(10) ? null : row.GetString(10)), cancellationToken);
    }

    /// <summary>Ends an entry, which stays in the list.</summary>
    /// <param name="id">Its id, or the name that reasons have of it.</param>
    /// <exception cref="SetupException">There is none that still works.</exception>
    public async Task<RegisteredEntry> RemoveAsync(Guid school, string id, Actor actor, string author, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var known = (await ListAsync(school, actor, cancellationToken)).Where(e => e.Entry.RuleId == id || e.Entry.Id.ToString() == id).ToList();
        if (known.Count != 1 || known[0].Entry.Until <= now + Delay)
        {
            throw new SetupException($"The school has no working entry \"{SetupText.Shown(id)}\". See: onlinesafety rules overlay list");
        }

        var ended = known[0] with { Entry = known[0].Entry with { Until = Later(known[0].Entry.From, now + Delay) }, EndedBy = author };
        await using var session = await setup.OpenAsync(school, actor, cancellationToken);
        await using var update = session.Command("UPDATE school_rule SET works_until = $3, ended_by = $4, ended_at = $5 WHERE school_id = $1 AND rule_id = $2");
        Add(update, school, ended.Entry.Id, ended.Entry.Until, author, now);
        await update.ExecuteNonQueryAsync(cancellationToken);
        session.RecordAccess(school, "rules.remove", ended.Entry.RuleId);
        await session.CommitAsync(cancellationToken);
        return ended;
    }

    private OverlayEntry Entry(OverlayKind kind, string words, string theme, Severity severity, string why, DateTimeOffset until)
    {
        var from = time.GetUtcNow() + Delay;
        if (until <= from)
        {
            throw new SetupException("The end has passed already.");
        }

        var text = SetupText.Optional(words, "phrase", LongestWords);
        var reason = SetupText.Optional(why, "reason", LongestWhy);
        return text.Length > 0 && reason.Length > 0
            ? new OverlayEntry(Guid.NewGuid(), kind, text, theme, severity, reason, from, until)
            : throw new SetupException("The phrase and the reason must not be empty.");
    }

    private async Task<RegisteredEntry> EnterAsync(
        Guid school, OverlayEntry entry, string action, Actor actor, string author, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var by = SetupText.Name(author, "author");
        await using var session = await setup.OpenAsync(school, actor, cancellationToken);
        await using var insert = session.Command("""
            INSERT INTO school_rule (school_id, rule_id, kind, words, theme, severity, why, works_from, works_until, author, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            """);
        Add(insert, school, entry.Id, (short)entry.Kind, entry.Text, entry.Theme, (short)entry.Severity, entry.Why, entry.From, entry.Until, by, now);
        await insert.ExecuteNonQueryAsync(cancellationToken);
        session.RecordAccess(school, action, entry.RuleId);
        await session.CommitAsync(cancellationToken);
        return new RegisteredEntry(entry, by, now, EndedBy: null);
    }

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    private static void Add(NpgsqlCommand command, params object[] values)
    {
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }
    }
}
