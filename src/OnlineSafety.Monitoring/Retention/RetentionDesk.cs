using System.Globalization;
using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Audit;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.Retention;

/// <summary>
/// Lets go of what is due in one school, in bounded batches with a transaction each. Killed between two of them it goes on with the next run: what fell is no
/// longer due. What is open, held or needed stays, whatever is asked (migration 0025).
/// </summary>
/// <param name="retention">Works as the role that may let go.</param>
/// <param name="seals">Of that role.</param>
/// <param name="host">This host's clock.</param>
internal sealed class RetentionDesk(Database retention, SchoolSeals seals, TimeProvider host)
{
    /// <summary>Begins the reason why a clock waits for <c>--yes</c>.</summary>
    public const string NeedsYes = "waits for a person: ";

    /// <summary>Days of the log that may go at once whatever share they are.</summary>
    private const int AlwaysDays = 7;

    public const string RunAction = "retention.run";

    /// <exception cref="RetentionException">There is no such school.</exception>
    public async Task<RetentionReport> RunAsync(Guid school, Actor actor, RetentionRequest request, CancellationToken cancellationToken)
    {
        var standing = await StandingAsync(school, actor, cancellationToken);
        var distrust = RetentionGate.Distrust(standing.RanAt, standing.Now, host.GetUtcNow());
        var refused = standing.Clocks is null ? "the school's policy cannot be read" : request.Confirmed ? null : distrust;
        var clocks = standing.Clocks ?? SchoolPolicy.Default.Retention;
        var run = new SchoolRun(retention, await seals.OfAsync(school, cancellationToken), school, actor, clocks, standing.Now, request with { DryRun = request.DryRun || refused is not null });
        var reports = await run.RunAsync(cancellationToken);
        if (!request.DryRun)
        {
            await NoteAsync(school, actor, standing, refused, cancellationToken);
        }

        return new RetentionReport(school, standing.Name, standing.Now, request.DryRun, refused, reports);
    }

    /// <summary>When the next regular run is due: a day after the last one that went well.</summary>
    public async Task<bool> IsDueAsync(Guid school, Actor actor, CancellationToken cancellationToken)
    {
        var standing = await StandingAsync(school, actor, cancellationToken);
        return standing.RefusedSince is not null || standing.Now - standing.RanAt >= TimeSpan.FromHours(20) || standing.RanAt > standing.Now;
    }

    public async Task<IReadOnlyList<(Guid School, string Name)>> SchoolsAsync(Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await retention.OpenAcrossAsync(actor, cancellationToken);
        return await session.RowsAsync(RetentionSql.Schools, [], row => (row.GetGuid(0), row.GetString(1)), cancellationToken);
    }

    private async Task<Standing> StandingAsync(Guid school, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await retention.OpenAsync(school, actor, cancellationToken);
        var rows = await session.RowsAsync(RetentionSql.Watch, [school], ReadStanding, cancellationToken);
        return rows.Count > 0 ? rows[0] : throw new RetentionException("There is no such school.");
    }

    private static Standing ReadStanding(NpgsqlDataReader row)
    {
        var policy = row.IsDBNull(4) ? SchoolPolicy.Default : PolicyFile.TryReadStored(row.GetString(4), row.GetString(5));
        return new Standing(
            row.GetString(6), row.GetFieldValue<DateTimeOffset>(0), row.GetFieldValue<DateTimeOffset>(1), row.IsDBNull(2) ? null : row.GetFieldValue<DateTimeOffset>(2), policy?.Retention);
    }

    private async Task NoteAsync(Guid school, Actor actor, Standing standing, string? refused, CancellationToken cancellationToken)
    {
        await using var session = await retention.OpenAsync(school, actor, cancellationToken);
        if (refused is null)
        {
            await session.ExecuteAsync(RetentionSql.RanWell, [school, standing.Now], cancellationToken);
        }
        else
        {
            await session.ExecuteAsync(RetentionSql.WasRefused, [school, standing.RanAt, standing.Now, refused], cancellationToken);
        }

        await session.CommitAsync(cancellationToken);
    }

    /// <param name="RanAt">When it last ran well.</param>
    /// <param name="Clocks">Null: the policy that is stored cannot be read.</param>
    private sealed record Standing(string Name, DateTimeOffset Now, DateTimeOffset RanAt, DateTimeOffset? RefusedSince, RetentionClocks? Clocks);

    /// <summary>One run in one school.</summary>
    private sealed class SchoolRun(Database retention, SchoolSeal seal, Guid school, Actor actor, RetentionClocks clocks, DateTimeOffset now, RetentionRequest request)
    {
        private long _fell;
        private long _due;

        public async Task<IReadOnlyList<ClockReport>> RunAsync(CancellationToken cancellationToken) =>
        [
            await RawLogAsync(cancellationToken),
            await RowsAsync("eventsDays", "events", clocks.EventsDays, cancellationToken),
            await AlertsAsync("dismissedDays", $"{Counted.Of(clocks.DismissedDays, "day")} after closing", cases: false, cancellationToken),
            await AlertsAsync(
                "casesYearsAfterBirth", $"{Counted.Of(clocks.CasesYearsAfterBirth, "year")} after birth, or {Counted.Of(clocks.CasesYearsAfterClosing, "year")} after closing", cases: true, cancellationToken),
            await RowsAsync("countersYears", "counters", Days(clocks.CountersYears), cancellationToken),
            await RowsAsync("deliveriesDays", "deliveries", clocks.DeliveriesDays, cancellationToken),
            await RowsAsync("reportsDays", "reports", clocks.ReportsDays, cancellationToken),
            await RowsAsync("digestsDays", "digests", clocks.DigestsDays, cancellationToken),
            await RowsAsync("signInDays", "signIns", clocks.SignInDays, cancellationToken),
            // Last: what was done above is recorded before the oldest records go.
            await RowsAsync("accessRecordsDays", "access", clocks.AccessRecordsDays, cancellationToken),
        ];

        private int Days(int years) => (int)(now - now.AddYears(-years)).TotalDays;

        private async Task<ClockReport> RawLogAsync(CancellationToken cancellationToken)
        {
            var until = DateOnly.FromDateTime(now.UtcDateTime.AddDays(-clocks.RawLogDays));
            await using (var session = await retention.OpenAsync(school, actor, cancellationToken))
            {
                if (!request.DryRun)
                {
                    await session.RowsAsync(RetentionSql.WishBeforeFall, [until], row => row.GetInt32(0), cancellationToken);
                    await session.CommitAsync(cancellationToken);
                }
            }

            var days = await DaysAsync(cancellationToken);
            var due = days.FindAll(day => day.Day < until);
            var why = request.Confirmed ? null : RetentionGate.TooMuch(due.Count, days.Count, clocks.MostPercent, AlwaysDays);
            var fell = 0;
            _due += due.Sum(day => day.Records);
            foreach (var day in why is null && !request.DryRun ? due.Where(day => day.Needed.Length == 0) : [])
            {
                await BatchAsync($"raw-log {day.Day:yyyy-MM-dd} {day.Records}", session => session.RowsAsync(RetentionSql.RetireDay, [day.Day], row => row.GetInt64(0), cancellationToken), cancellationToken);
                fell++;
            }

            await DropEmptyDaysAsync(why is null, cancellationToken);
            var needed = due.Find(day => day.Needed.Length > 0);
            var left = days.Count - fell;
            var first = days.Find(day => day.Day >= until);
            return new ClockReport(
                "rawLogDays", Counted.Of(clocks.RawLogDays, "day"), due.Count, fell, Held: 0, left, first is null ? null : Midnight(first.Day.AddDays(clocks.RawLogDays + 1)),
                why is not null ? NeedsYes + why : needed is null ? "" : $"{needed.Day:yyyy-MM-dd}: {needed.Needed}");
        }

        private async Task<List<RawDay>> DaysAsync(CancellationToken cancellationToken)
        {
            await using var session = await retention.OpenAsync(school, actor, cancellationToken);
            return await session.RowsAsync(
                RetentionSql.RawDays, [], row => new RawDay(row.GetFieldValue<DateOnly>(0), row.GetInt64(2), row.GetString(3)), cancellationToken);
        }

        // A transaction each, in which nothing else is done: its lock is on what every append goes through.
        private async Task DropEmptyDaysAsync(bool may, CancellationToken cancellationToken)
        {
            for (var dropped = may && !request.DryRun; dropped;)
            {
                await using var session = await retention.OpenAsync(school, actor, cancellationToken);
                dropped = !(await session.RowsAsync(RetentionSql.DropEmptyDay, [], row => row.IsDBNull(0), cancellationToken))[0];
                await session.CommitAsync(cancellationToken);
            }
        }

        private async Task<ClockReport> RowsAsync(string name, string clock, int days, CancellationToken cancellationToken)
        {
            var before = now.AddDays(-days);
            var (due, held, kept, oldest) = await CountAsync(clock, before, cancellationToken);
            var why = request.Confirmed ? null : RetentionGate.TooMuch(due, kept, clocks.MostPercent);
            var fell = 0L;
            if (why is null && !request.DryRun && due > 0)
            {
                _due += due;
                for (var batch = 1; batch > 0; fell += batch)
                {
                    batch = await BatchAsync($"{name}", session => RetireAsync(session, clock, before, cancellationToken), cancellationToken);
                }

                (_, _, _, oldest) = await CountAsync(clock, before, cancellationToken);
            }

            var stays = due > fell && why is null && !request.DryRun ? "later ones are kept behind one that is held" : "";
            return new ClockReport(name, Counted.Of(days, "day"), due, fell, held, kept - fell, oldest?.AddDays(days), why is null ? stays : NeedsYes + why);
        }

        private async Task<int> RetireAsync(Session session, string clock, DateTimeOffset before, CancellationToken cancellationToken) => (clock == "access"
            ? await session.RowsAsync(RetentionSql.RetireAccess, [before, actor.KindWord, request.Batch], row => row.GetInt32(0), cancellationToken)
            : await session.RowsAsync(RetentionSql.Retire, [clock, before, request.Batch], row => row.GetInt32(0), cancellationToken))[0];

        private async Task<(long Due, long Held, long Kept, DateTimeOffset? Oldest)> CountAsync(string clock, DateTimeOffset before, CancellationToken cancellationToken)
        {
            await using var session = await retention.OpenAsync(school, actor, cancellationToken);
            return (await session.RowsAsync(
                RetentionSql.Counts, [clock, before],
                row => (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.IsDBNull(3) ? (DateTimeOffset?)null : row.GetFieldValue<DateTimeOffset>(3)), cancellationToken))[0];
        }

        private async Task<ClockReport> AlertsAsync(string name, string keeps, bool cases, CancellationToken cancellationToken)
        {
            var (due, all, later) = cases ? await CasesAsync(cancellationToken) : await SettledAsync(cancellationToken);
            var held = due.Count(alert => alert.Held);
            var why = request.Confirmed ? null : RetentionGate.TooMuch(due.Count - held, all, clocks.MostPercent);
            var fell = 0;
            if (why is null && !request.DryRun)
            {
                _due += due.Count - held;
                foreach (var some in due.Where(alert => !alert.Held).Chunk(Math.Max(1, request.Batch / 10)))
                {
                    var ids = some.Select(alert => alert.Id).ToArray();
                    var numbers = NumberRanges.Text(some.Select(alert => (long)alert.Number));
                    fell += await BatchAsync($"{name} {numbers}", async session => await session.RowsAsync(RetentionSql.RetireAlerts, [ids], row => row.GetInt32(0), cancellationToken), cancellationToken);
                }
            }

            var stays = why is null && !request.DryRun && fell < due.Count - held ? "their records are in the log still" : "";
            return new ClockReport(name, keeps, due.Count - held, fell, held, all - fell, later, why is null ? stays : NeedsYes + why);
        }

        private async Task<ClosedAlerts> CasesAsync(CancellationToken cancellationToken)
        {
            await using var session = await retention.OpenAsync(school, actor, cancellationToken);
            var born = await PersonKeys.BirthsAsync(session, seal, cancellationToken);
            var cases = (await session.RowsAsync(RetentionSql.Cases, [school], Read, cancellationToken))
                .ConvertAll(alert => (Alert: alert, FallsAt: CaseClock.FallsAt(alert, alert.SubjectKey is { } key && born.TryGetValue(key, out var day) ? day : null, clocks)));
            return new(
                [.. cases.Where(one => one.FallsAt < now).Select(one => one.Alert)], cases.Count,
                cases.Where(one => one.FallsAt >= now).Select(one => (DateTimeOffset?)one.FallsAt).Min());
        }

        private async Task<ClosedAlerts> SettledAsync(CancellationToken cancellationToken)
        {
            var before = now.AddDays(-clocks.DismissedDays);
            await using var session = await retention.OpenAsync(school, actor, cancellationToken);
            var due = await session.RowsAsync(RetentionSql.SettledBefore, [school, before], Read, cancellationToken);
            var (all, next) = (await session.RowsAsync(
                RetentionSql.SettledCounts, [school, before], row => (row.GetInt64(0), row.IsDBNull(1) ? (DateTimeOffset?)null : row.GetFieldValue<DateTimeOffset>(1)), cancellationToken))[0];
            return new(due, (int)all, next?.AddDays(clocks.DismissedDays));
        }

        private static ClosedAlert Read(NpgsqlDataReader row) => new(
            row.GetGuid(0), row.GetInt32(1), row.GetFieldValue<DateTimeOffset>(2), row.GetString(3), row.IsDBNull(4) ? null : row.GetString(4), row.GetBoolean(5), row.GetBoolean(6));

        /// <summary>A batch, its record, one commit.</summary>
        private Task<long> BatchAsync(string what, Func<Session, Task<List<long>>> work, CancellationToken cancellationToken) =>
            CommittedAsync(what, async session => (await work(session))[0], fell => fell, cancellationToken);

        private Task<int> BatchAsync(string what, Func<Session, Task<List<int>>> work, CancellationToken cancellationToken) =>
            CommittedAsync(what, async session => (await work(session))[0], fell => fell, cancellationToken);

        private Task<int> BatchAsync(string what, Func<Session, Task<int>> work, CancellationToken cancellationToken) =>
            CommittedAsync(what, work, fell => fell, cancellationToken);

        private async Task<T> CommittedAsync<T>(string what, Func<Session, Task<T>> work, Func<T, long> count, CancellationToken cancellationToken)
        {
            using var activity = Instruments.Activities.StartActivity("retain");
            await using var session = await retention.OpenAsync(school, actor, cancellationToken);
            await SchoolTurn.TakeAsync(session, school, cancellationToken);
            var fell = await work(session);
            if (count(fell) > 0)
            {
                session.RecordAccess(school, RunAction, string.Create(CultureInfo.InvariantCulture, $"{what} {fell}"));
            }

            await session.CommitAsync(cancellationToken);
            _fell += count(fell);
            request.Progress?.Invoke(_fell, Math.Max(_fell, _due));
            return fell;
        }

        private static DateTimeOffset Midnight(DateOnly day) => new(day, TimeOnly.MinValue, TimeSpan.Zero);
    }

    /// <param name="All">How many there are, due or not.</param>
    /// <param name="Later">When the next one is due that is not.</param>
    private sealed record ClosedAlerts(List<ClosedAlert> Due, int All, DateTimeOffset? Later);

    private sealed record RawDay(DateOnly Day, long Records, string Needed);
}

/// <summary>What was asked cannot be done; the message says why and names nobody.</summary>
internal sealed class RetentionException(string message) : Exception(message);
