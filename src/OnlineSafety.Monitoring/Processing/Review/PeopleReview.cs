using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.People;
using OnlineSafety.Monitoring.Retention;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.Processing.Review;

/// <summary>
/// Holds the alerts of a school against its people when these change. One that was raised before anybody knew whose account it was about goes to its own desk:
/// whoever was told of it before may not look any more, and the people of that desk are told.
/// </summary>
internal sealed class PeopleReview(
    [FromKeyedServices(DatabaseRole.Process)] Database database, SchoolSeals seals, PolicyDirectory policies, NotificationSignals signals, ILogger<PeopleReview> logger)
{
    private const int AlertsAtOnce = 50;

    private const string Schools = "SELECT school_id, people_changed_at FROM school WHERE people_changed_at IS NOT NULL AND closed_at IS NULL ORDER BY people_changed_at";

    // Looked at until that long after the change: alerts are raised for a few seconds more by what was read of the people before.
    private const string Done = """
        UPDATE school SET people_changed_at = NULL WHERE school_id = $1 AND people_changed_at = $2 AND people_changed_at < $3::timestamptz - interval '30 seconds'
        """;

    // Not before the end of the last digest's window: what is raised here is in the next one.
    private const string Now = "SELECT GREATEST(clock_timestamp(), (SELECT max(window_to) FROM digest WHERE school_id = $1))";

    private static readonly Actor Actor = Actor.Service("people");

    /// <summary>One look at each school whose people changed. Returns how many alerts went to another desk or lost an event to it.</summary>
    public async Task<int> PassAsync(CancellationToken cancellationToken)
    {
        List<(Guid School, DateTimeOffset ChangedAt)> changed;
        await using (var session = await database.OpenAcrossAsync(Actor, cancellationToken))
        {
            changed = await session.RowsAsync(Schools, [], row => (row.GetGuid(0), row.GetFieldValue<DateTimeOffset>(1)), cancellationToken);
        }

        var revised = 0;
        foreach (var (school, changedAt) in changed)
        {
            try
            {
                revised += await ReviewAsync(school, changedAt, cancellationToken);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                // One school's trouble is not the others'. It comes again.
                ProcessingLog.PeopleNotReviewed(logger, school, ErrorWords.Of(e));
            }
        }

        return revised;
    }

    private async Task<int> ReviewAsync(Guid school, DateTimeOffset changedAt, CancellationToken cancellationToken)
    {
        var seal = await seals.OfAsync(school, cancellationToken);
        SchoolPeople people;
        DateTimeOffset began;
        List<Guid> found;
        await using (var session = await database.OpenAsync(school, Actor, cancellationToken))
        {
            began = await session.NowAsync(cancellationToken);
            people = await PeopleDirectory.ReadAsync(session, seal, cancellationToken);
            found = [];
            // In parts: a statement over all events of a large school would outlast its time.
            foreach (var some in (await session.RowsAsync(ReviewedEvent.Alerts, [school], row => row.GetGuid(0), cancellationToken)).Chunk(AlertsAtOnce))
            {
                found.AddRange((await EventsAsync(session, seal, people, some, cancellationToken)).Where(e => e.Reading is not null).Select(e => e.Alert).Distinct());
            }
        }

        foreach (var some in found.Chunk(AlertsAtOnce))
        {
            await ReviseAsync(seal, people, some, cancellationToken);
        }

        await using (var session = await database.OpenAsync(school, Actor, cancellationToken))
        {
            await session.ExecuteAsync(Done, [school, changedAt.UtcDateTime, began.UtcDateTime], cancellationToken);
            await session.CommitAsync(cancellationToken);
        }

        return found.Count;
    }

    private async Task ReviseAsync(SchoolSeal seal, SchoolPeople people, Guid[] alerts, CancellationToken cancellationToken)
    {
        await using var session = await database.OpenAsync(seal.School, Actor, cancellationToken);
        await LockAsync(session, seal.School, cancellationToken);
        var now = (await session.RowsAsync(Now, [seal.School], row => row.GetFieldValue<DateTimeOffset>(0), cancellationToken))[0];
        var minutes = (await session.RowsAsync("SELECT grouping_minutes FROM school WHERE school_id = $1", [seal.School], row => row.GetInt32(0), cancellationToken))[0];
        var events = (await EventsAsync(session, seal, people, alerts, cancellationToken)).ToLookup(e => e.Alert);
        var revisions = (await session.RowsAsync(AlertSql.SelectThese + " FOR UPDATE", [seal.School, alerts], row => AlertSql.Read(seal, row), cancellationToken))
            .Where(alert => events[alert.AlertId].Any(e => e.Reading is not null)).Select(alert => RevisionOf(alert, [.. events[alert.AlertId]])).ToList();
        var writer = new AlertWriter(session, seal, TimeSpan.FromMinutes(minutes), now);
        await WriteAsync(session, seal, revisions, now, cancellationToken);
        var places = await PlacesAsync(writer, revisions, cancellationToken);
        revisions.ForEach(revision => writer.TellGrown(revision.Alert, revision.From, revision.Cause));
        await using (var batch = session.Batch())
        {
            var written = await writer.AddToAsync(batch, people.Staff, policies, cancellationToken);
            batch.BatchCommands.Add(MovedEvents.Command(seal.School, places));
            batch.BatchCommands.Add(Channels.NotifyCommand(Channels.Notifications));
            await batch.ExecuteNonQueryAsync(cancellationToken);
            foreach (var revision in revisions.Where(revision => revision.NeedsReasons))
            {
                await QuotedReasons.RenewAsync(session, seal, revision.Alert, cancellationToken);
            }

            await session.CommitAsync(cancellationToken);
            written.ForEach(row => signals.TryWrite(row.School, row.Notification));
        }

        ProcessingLog.PeopleReviewed(logger, seal.School, revisions.Count);
        foreach (var (role, count) in writer.NobodyToTell.ByRole)
        {
            ProcessingLog.NobodyToTell(logger, count, seal.School, role);
        }
    }

    // In the order of Record and replay, so that none ever waits for another in a circle.
    private static async Task LockAsync(Session session, Guid school, CancellationToken cancellationToken)
    {
        await using var batch = session.Batch();
        batch.Timeout = SchoolTurn.Patience;
        batch.BatchCommands.Add(SchoolTurn.ShareCommand(school));
        batch.BatchCommands.Add(RecordSql.LockCommand(school));
        batch.BatchCommands.Add(AlertWriter.LockCommand(school));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static AlertRevision<ReviewedEvent> RevisionOf(Alert alert, List<ReviewedEvent> events)
    {
        var reread = events.Where(e => e.Reading is not null).Select(e => new Reread<ReviewedEvent>(e, e.Reading!)).ToList();
        var others = events.Where(e => e.Reading is null).ToList();
        return AlertRevision<ReviewedEvent>.Of(
            alert, reread, new OtherEvents(others.Count, [.. others.Select(e => e.SubjectKey).Distinct(StringComparer.Ordinal)], others.Exists(e => e.Unread)));
    }

    private static async Task WriteAsync(Session session, SchoolSeal seal, List<AlertRevision<ReviewedEvent>> revisions, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var batch = session.Batch();
        foreach (var revision in revisions)
        {
            batch.BatchCommands.Add(AlertSql.ReviseCommand(seal, revision.Alert, now));
            if (revision.Moved)
            {
                batch.BatchCommands.Add(AlertSql.WithdrawCommand(revision.Alert));
            }
        }

        if (revisions.Count > 0)
        {
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    /// <summary>The alert of each event that was read again: its own, or one at the desk for which it leaves; none where it would not have been queued.</summary>
    private static async Task<List<MovedEvent>> PlacesAsync(AlertWriter writer, List<AlertRevision<ReviewedEvent>> revisions, CancellationToken cancellationToken)
    {
        var places = revisions.SelectMany(revision => revision.Stay.Select(stays => new MovedEvent(stays, revision.Alert.AlertId))).ToList();
        var leaves = revisions.SelectMany(revision => revision.Leave).ToList();
        var queued = leaves.Where(leave => leave.Reading.NeedsReview || leave.Reading.Severity >= AlertGrouping.QueueAt).ToList();
        if (queued.Count > 0)
        {
            await writer.LoadAsync(queued.ConvertAll(leave => leave.Reading), cancellationToken);
        }

        places.AddRange(queued.Select(leave => new MovedEvent(leave.Key, writer.Take(leave.Reading))));
        places.AddRange(leaves.Except(queued).Select(leave => new MovedEvent(leave.Key, Alert: null)));
        return places;
    }

    private static Task<List<ReviewedEvent>> EventsAsync(Session session, SchoolSeal seal, SchoolPeople people, Guid[] alerts, CancellationToken cancellationToken) => session.RowsAsync(
        ReviewedEvent.Select, [seal.School, alerts], row => ReviewedEvent.Read(seal, people, row), cancellationToken);
}
