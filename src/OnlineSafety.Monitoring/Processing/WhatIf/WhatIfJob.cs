using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Processing.Jobs;
using OnlineSafety.Monitoring.Processing.Replay;

namespace OnlineSafety.Monitoring.Processing.WhatIf;

/// <summary>
/// Says what other rules would have made of a span: the kept log and, where that is gone, evidence, judged anew and held against the queue as it stands.
/// Writes nothing. A worker that is lost loses the work: the job begins again.
/// </summary>
internal sealed class WhatIfJob(
    [FromKeyedServices(DatabaseRole.Process)] Database database, MasterKeys masters, StreamContexts contexts, Rules rules, ILogger<WhatIfJob> logger) : ISourceJob
{
    /// <summary>Concerns kept of one span, some 250 bytes each.</summary>
    public const int MostConcerns = 2_000_000;

    public const string TooMany = "The span holds more concerns than can be held side by side. Ask for a shorter one.";

    /// <summary>An alert that began in the span may have grown after it: by all that is received at most this long afterwards.</summary>
    private static readonly TimeSpan Afterwards = TimeSpan.FromDays(1);

    private static readonly Actor Actor = Actor.Service("whatif");

    public string Kind => JobKind.WhatIf;

    public async Task<JsonElement> RunAsync(SourceJobContext context, CancellationToken cancellationToken)
    {
        await contexts.WaitUntilSealedAsync(context.Job.Target.School, cancellationToken);
        var job = context.Job;
        var (from, to) = (job.From!.Value, job.To!.Value);
        var ((request, asker), recorded, ranges) = await LoadAsync(job, from, to, cancellationToken);
        var tried = Tried(request);
        var sources = await SourcesAsync(job, request, ranges, recorded, cancellationToken);
        var coverage = new WhatIfCoverage(from, to);
        var reader = new WhatIfReader(database, new SegmentReader(database, new DataKeyRing(database, masters)), tried, sources, coverage, from, to, logger);
        var (done, total) = (0L, ranges.Sum(range => range.Left));
        Task ReadAsync(long records, CancellationToken token) => context.ProgressAsync(done += records, total, token);

        await context.ProgressAsync(done, total, cancellationToken);
        await reader.ReadLogAsync(ranges, ReadAsync, cancellationToken);
        coverage.Close();
        var gone = Gone(recorded, coverage, job, from, to);
        total += gone.Count;
        await reader.ReadEvidenceAsync(job.Target.School, gone, ReadAsync, cancellationToken);
        coverage.Close();

        var window = sources.Count > 0 ? sources.Values.First().GroupingWindow : TimeSpan.Zero;
        var alerts = await AlertsAsync(job, recorded, asker, cancellationToken);
        (recorded, var judged) = await OnDeskAsync(job, recorded, [.. reader.Judged], alerts, asker, cancellationToken);
        // What an erasure left, because its alert is open or held, is not read again: it stands on both sides.
        var left = recorded.Where(e => sources[e.Source].Erased.Hides(e.SubjectKey, e.Place.ReceivedAt, e.Place.ReceivedAt, Severity.None)).Select(e => e.Place).ToHashSet();
        var compared = WhatIfQueue.Compare(recorded, judged, place => coverage.Has(place) && !left.Contains(place), alerts, window, tried.RuleSet);
        var inSpan = recorded.Where(e => e.Alert is not null && e.Place.ReceivedAt >= from && e.Place.ReceivedAt <= to).Select(e => e.Alert!.Value).ToHashSet();
        inSpan.ExceptWith(compared.Select(c => c.Id).OfType<Guid>());
        var saw = new WhatIfReport.Sight(Of(coverage.Log), Of(coverage.Evidence), coverage.Unreadable, inSpan.Count);
        return new WhatIfSummary(compared, alerts)
            .Report(new WhatIfReport.Judges(rules.RuleSet.Version, tried.RuleSet.Version), from, to, saw, request.MinutesPerAlert).ToJson();
    }

    private async Task<((WhatIfRequest Request, Guid? Asker) Asked, List<JudgedEvent> Recorded, List<ReplayRange> Ranges)> LoadAsync(
        SourceJob job, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        await using var session = await database.OpenAsync(job.Target.School, Actor, cancellationToken);
        var (content, asker) = await WhatIfSql.AskedAsync(session, job, cancellationToken);
        WhatIfRequest request;
        try
        {
            request = WhatIfRequest.Unpack(content);
        }
        catch (InvalidDataException e)
        {
            throw new JobRefusedException(e.Message);
        }

        var recorded = await WhatIfSql.EventsAsync(session, job.Target.School, (from, to), RecordWriter.Remembered, Afterwards, MostConcerns + 1, cancellationToken);
        return recorded.Count <= MostConcerns
            ? ((request, asker), recorded, await WhatIfSql.StreamsAsync(session, job.Target, from, to, cancellationToken))
            : throw new JobRefusedException(TooMany);
    }

    private Rules Tried(WhatIfRequest request)
    {
        try
        {
            var editions = request.Over(rules.Editions ?? throw new JobRefusedException("This process has no editions to compare with."), rules.RuleSet.Taxonomy.Id);
            return rules with { RuleSet = editions.Standard, Editions = editions };
        }
        catch (RuleException e)
        {
            throw new JobRefusedException(e.Message);
        }
    }

    private async Task<Dictionary<Guid, StreamContext>> SourcesAsync(
        SourceJob job, WhatIfRequest request, List<ReplayRange> ranges, List<JudgedEvent> recorded, CancellationToken cancellationToken)
    {
        var sources = new Dictionary<Guid, StreamContext>();
        foreach (var source in ranges.Select(range => range.Target.Source).Concat(recorded.Select(e => e.Source)).Distinct())
        {
            var context = await contexts.OfAsync(new SourceKey(job.Target.School, source), cancellationToken);
            // An edition that is asked for judges all; else each event is judged by the one that its school had chosen by then.
            sources[source] = request.Taxonomy is null ? context : context with { SchoolRules = context.SchoolRules with { Editions = [] } };
        }

        return sources;
    }

    /// <summary>Records of which something is recorded in the span, and which the log did not give.</summary>
    private static List<EventPlace> Gone(List<JudgedEvent> recorded, WhatIfCoverage coverage, SourceJob job, DateTimeOffset from, DateTimeOffset to) =>
    [
        .. recorded
            .Where(e => e.Place.ReceivedAt >= from && e.Place.ReceivedAt <= to && (job.Target.Source == Guid.Empty || e.Source == job.Target.Source) && !coverage.Has(e.Place))
            .DistinctBy(e => (e.Place.Stream, e.Place.Sequence)).Select(e => e.Place).Order(EventPlace.InOrder),
    ];

    /// <summary>
    /// What is on the asker's desk, on both sides: what is about staff, or about the asker, or at another desk enters neither the comparison nor a count of it. An event
    /// whose record is hidden is hidden as other rules judge it too, or a change of rules would show it.
    /// </summary>
    private async Task<(List<JudgedEvent> Recorded, List<JudgedEvent> Judged)> OnDeskAsync(
        SourceJob job, List<JudgedEvent> recorded, List<JudgedEvent> judged, Dictionary<Guid, RecordedAlert> alerts, Guid? asker, CancellationToken cancellationToken)
    {
        if (asker is not { } person)
        {
            return (recorded, judged);
        }

        await using var session = await database.OpenAsync(job.Target.School, Actor, cancellationToken);
        var seen = await WhatIfSql.OnDeskAsync(session, [.. recorded.Concat(judged).Select(e => e.Matter).Distinct()], person, cancellationToken);
        bool Sees(JudgedEvent e) => seen.Contains(e.Matter) && (e.Alert is not { } alert || alerts.ContainsKey(alert));
        var hidden = recorded.Where(e => !Sees(e)).Select(e => e.Place).ToHashSet();
        return (recorded.FindAll(Sees), judged.FindAll(e => Sees(e) && !hidden.Contains(e.Place)));
    }

    private async Task<Dictionary<Guid, RecordedAlert>> AlertsAsync(SourceJob job, List<JudgedEvent> recorded, Guid? asker, CancellationToken cancellationToken)
    {
        await using var session = await database.OpenAsync(job.Target.School, Actor, cancellationToken);
        var found = await WhatIfSql.AlertsAsync(session, job.Target.School, [.. recorded.Select(e => e.Alert).OfType<Guid>().Distinct()], asker, cancellationToken);
        return found.ToDictionary(alert => alert.Id);
    }

    private static WhatIfReport.Span Of(WhatIfSpan span) => new(span.Records, span.From, span.To);
}
