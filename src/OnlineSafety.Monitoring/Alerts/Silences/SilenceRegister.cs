using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.Alerts.Silences;

/// <summary>
/// The silences of a school, for the people who answer its alerts. Each is one named person's, ends by itself, and is listed in every digest; the database
/// refuses one without an author, beyond its longest time, or approved by its own author.
/// </summary>
internal sealed class SilenceRegister(Database console, PolicyDirectory policies, SilenceVocabulary words, TimeProvider time)
{
    private const int PreviewDays = 14;

    /// <summary>What the silence would have covered among the alerts that this actor may see.</summary>
    public async Task<SilencePreview> PreviewAsync(Guid school, Actor actor, SilenceScope scope, CancellationToken cancellationToken)
    {
        await using var session = await console.OpenAsync(school, actor, cancellationToken);
        var since = (time.GetUtcNow() - TimeSpan.FromDays(PreviewDays)).UtcDateTime;
        var found = await session.RowsAsync(
            SilenceSql.Preview,
            [school, OrNull(scope.Source), OrNull(scope.Theme), OrNull(scope.Rule), (short)scope.Most, since],
            row => new SilencePreview(PreviewDays, row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3)),
            cancellationToken);
        session.RecordAccess(school, "silence.preview", school.ToString());
        await session.CommitAsync(cancellationToken);
        return found[0];
    }

    /// <summary>Begins now; one up to high silences nothing before a second person has said so as well.</summary>
    /// <exception cref="SetupException">Something in it is wrong, or the actor is nobody who answers alerts about pupils.</exception>
    public async Task<Guid> AddAsync(Guid school, Actor actor, NewSilence wanted, CancellationToken cancellationToken)
    {
        var author = Named(actor);
        var scope = wanted.Scope;
        if (scope is { Source: null, Theme: null, Rule: null })
        {
            throw new SetupException("Say what is silenced: --source, --theme or --rule.");
        }

        if (scope.Most is not (Severity.Low or Severity.Medium or Severity.High))
        {
            throw new SetupException("A critical alert is never silenced. Say --up-to medium or --up-to high.");
        }

        var reason = SetupText.Optional(wanted.Reason, "reason", NewSilence.LongestReason);
        if (reason.Length == 0)
        {
            throw new SetupException("Say why: --reason.");
        }

        await using var session = await console.OpenAsync(school, actor, cancellationToken);
        var now = await session.NowAsync(cancellationToken);
        var policy = await policies.OfAsync(session, school, cancellationToken);
        var longest = policy.Policy.LongestSilenceDays;
        if (wanted.Until <= now || wanted.Until > now.AddDays(longest))
        {
            throw new SetupException($"A silence ends within {Counted.Of(longest, "day")}.");
        }

        await CheckSourceAsync(session, school, scope.Source, cancellationToken);
        await CheckWordsAsync(session, school, scope, cancellationToken);
        var id = Guid.NewGuid();
        await session.ExecuteAsync(
            SilenceSql.Insert,
            [school, id, OrNull(scope.Source), OrNull(scope.Theme), OrNull(scope.Rule), (short)scope.Most, reason, actor.Name, author,
            now.UtcDateTime, wanted.Until.UtcDateTime],
            cancellationToken);
        session.RecordAccess(school, "silence.add", id.ToString());
        await session.CommitAsync(cancellationToken);
        return id;
    }

    /// <exception cref="SetupException">There is none that waits, or the actor is its author.</exception>
    public async Task ApproveAsync(Guid school, Actor actor, Guid silence, CancellationToken cancellationToken)
    {
        var approver = Named(actor);
        await using var session = await console.OpenAsync(school, actor, cancellationToken);
        try
        {
            if (await session.ExecuteAsync(SilenceSql.Approve, [school, silence, actor.Name, approver], cancellationToken) == 0)
            {
                throw NoneWaits(silence);
            }
        }
        catch (PostgresException error) when (error.SqlState is PostgresErrorCodes.CheckViolation or PostgresErrorCodes.InsufficientPrivilege)
        {
            throw new SetupException("The second person of a silence is the DSL or a deputy, and not who began it.");
        }

        session.RecordAccess(school, "silence.approve", silence.ToString());
        await session.CommitAsync(cancellationToken);
    }

    /// <exception cref="SetupException">There is none that stands.</exception>
    public async Task EndAsync(Guid school, Actor actor, Guid silence, CancellationToken cancellationToken)
    {
        await using var session = await console.OpenAsync(school, actor, cancellationToken);
        if (await session.ExecuteAsync(SilenceSql.End, [school, silence, actor.Name], cancellationToken) == 0)
        {
            throw NoneWaits(silence);
        }

        session.RecordAccess(school, "silence.end", silence.ToString());
        await session.CommitAsync(cancellationToken);
    }

    /// <param name="ended">Those that have ended as well.</param>
    public async Task<IReadOnlyList<SilenceView>> ListAsync(Guid school, Actor actor, bool ended, CancellationToken cancellationToken)
    {
        await using var session = await console.OpenAsync(school, actor, cancellationToken);
        return await session.RowsAsync(SilenceSql.Select, [school, ended], Read, cancellationToken);
    }

    private static SilenceView Read(NpgsqlDataReader row)
    {
        var most = (Severity)row.GetInt16(5);
        var (approver, why) = (Text(row, 8), Text(row, 11));
        return new SilenceView
        {
            Silence = row.GetGuid(0),
            Source = row.IsDBNull(1) ? null : row.GetGuid(1),
            SourceName = Text(row, 2),
            Theme = Text(row, 3),
            Rule = Text(row, 4),
            UpTo = Words.Of(most),
            Reason = row.GetString(6),
            Author = row.GetString(7),
            Approver = approver,
            StartsAt = row.GetFieldValue<DateTimeOffset>(9),
            EndsAt = row.GetFieldValue<DateTimeOffset>(10),
            State = why is not null ? "ended" : most >= Severity.High && approver is null ? "waiting" : "standing",
            WhyEnded = why,
            Hits = row.GetInt64(12),
        };
    }

    private static Guid Named(Actor actor) => actor.Staff is { } staff && actor.Routes.Contains(AlertRoute.Dsl, StringComparer.Ordinal)
        ? staff
        : throw new SetupException("A silence is a named person's who answers alerts about pupils: the DSL or a deputy. Say who with --as.");

    private static SetupException NoneWaits(Guid silence) => new($"There is no silence {silence} in this school for which that could be done. See: onlinesafety silence list");

    private static async Task CheckSourceAsync(Session session, Guid school, Guid? source, CancellationToken cancellationToken)
    {
        if (source is { } id
            && (await session.RowsAsync("SELECT 1 FROM source WHERE school_id = $1 AND source_id = $2", [school, id], _ => 0, cancellationToken)).Count == 0)
        {
            throw new SetupException($"The school has no source {id}. See: onlinesafety source list");
        }
    }

    private async Task CheckWordsAsync(Session session, Guid school, SilenceScope scope, CancellationToken cancellationToken)
    {
        if (scope.Theme is { } theme && !words.IsTheme(theme))
        {
            throw new SetupException($"There is no theme \"{SetupText.Shown(theme)}\": a theme is a code of the taxonomy.");
        }

        // A rule of the school's own, or of another edition, is in no list here.
        if (scope.Rule is { } rule && !words.IsRule(rule)
            && (await session.RowsAsync("SELECT 1 FROM alert WHERE school_id = $1 AND raised_at >= statement_timestamp() - interval '90 days' AND $2 = ANY (rules) LIMIT 1", [school, rule], _ => 0, cancellationToken)).Count == 0)
        {
            throw new SetupException($"There is no rule \"{SetupText.Shown(rule)}\", and no alert of the last 90 days names it. The reasons of an alert name its rules: onlinesafety alerts show");
        }
    }

    private static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static object OrNull<T>(T? value) => value is null ? DBNull.Value : value;
}
