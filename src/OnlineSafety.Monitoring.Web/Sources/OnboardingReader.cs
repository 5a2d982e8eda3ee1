using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Normalization.Suggestion;
using OnlineSafety.Monitoring.Processing.Jobs;
using OnlineSafety.Monitoring.Processing.Replay;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Web.Jobs;

namespace OnlineSafety.Monitoring.Web.Sources;

/// <summary>Loads what the wizard shows. A job's result holds forms, names of fields and counts, and nothing of a record.</summary>
internal sealed class OnboardingReader(SourceMappings mappings, SourceReader sources, JobWatch jobs, IInstallationGuide guide, [FromKeyedServices(DatabaseRole.Setup)] Database setup)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    public async Task<OnboardingView> ReadAsync(Source source, OnboardingPlace at, Actor actor, CancellationToken cancellationToken)
    {
        var target = new SourceKey(source.SchoolId, source.SourceId);
        var (_, zone) = await sources.SchoolAsync(source.SchoolId, actor, cancellationToken);
        var (records, unread) = await RecordsAsync(source, actor, cancellationToken);
        var view = new OnboardingView
        {
            Source = source.SourceId,
            Name = source.Name,
            Product = source.Product,
            Capture = source.Capture,
            Records = records,
            Unread = unread,
            Versions = [.. (await mappings.HistoryAsync(target, actor, cancellationToken)).Select(known => new MappingVersion(known.Version, SourceWords.When(known.CreatedAt, zone), known.Note, known.InUse))],
            Step = 1,
            HasMaker = guide.Products.Contains(source.Product, StringComparer.Ordinal),
            ReadByMaker = source is { Capture: false, MappingVersion: 0 } && guide.Products.Contains(source.Product, StringComparer.Ordinal),
            Version = at.Version,
            Again = string.Create(CultureInfo.InvariantCulture, $"/sources/{source.SourceId}/onboard?proposal={at.Proposal}&version={at.Version}&preview={at.Preview}&applied={at.Applied}"),
        };
        if (at.Applied is { } applied && await jobs.ForAsync(source.SchoolId, applied, JobKind.Replay, Patience, actor, cancellationToken) is { } replay && replay.Target.Source == source.SourceId)
        {
            return view with { Step = 5, Job = jobs.View(replay), Effect = await WithReadsAsync(EffectOf(replay, source), replay, null, actor, cancellationToken), Version = replay.MappingVersion };
        }

        if (at.Preview is { } preview && await jobs.ForAsync(source.SchoolId, preview, JobKind.Preview, Patience, actor, cancellationToken) is { } tried && tried.Target.Source == source.SourceId)
        {
            var made = at.Proposal is { } from ? await ProposalAsync(source, from, actor, cancellationToken) : null;
            return view with { Step = 4, Job = jobs.View(tried), Effect = await WithReadsAsync(EffectOf(tried, source), tried, made, actor, cancellationToken), Version = tried.MappingVersion, Preview = preview };
        }

        if (at.Proposal is { } asked && await jobs.ForAsync(source.SchoolId, asked, JobKind.Suggest, Patience, actor, cancellationToken) is { } suggest && suggest.Target.Source == source.SourceId)
        {
            var proposal = ProposalOf(suggest);
            return view with { Step = proposal is null ? 2 : 3, Job = jobs.View(suggest), Proposal = proposal is null ? null : ProposalForm.View(asked, proposal) };
        }

        return view with { Step = view.Records > 0 ? 2 : 1 };
    }

    /// <summary>Null: it has not ended well, or is another source's.</summary>
    public async Task<Proposal?> ProposalAsync(Source source, Guid job, Actor actor, CancellationToken cancellationToken) =>
        await jobs.ForAsync(source.SchoolId, job, JobKind.Suggest, TimeSpan.Zero, actor, cancellationToken) is { } found && found.Target.Source == source.SourceId ? ProposalOf(found) : null;

    /// <summary>What a preview of the source found; null: it has not ended well, or is another source's.</summary>
    public async Task<(int Version, MappingEffect Effect)?> PreviewAsync(Source source, Guid job, Actor actor, CancellationToken cancellationToken) =>
        await jobs.ForAsync(source.SchoolId, job, JobKind.Preview, TimeSpan.Zero, actor, cancellationToken) is { } found && found.Target.Source == source.SourceId && EffectOf(found, source) is { } effect
            ? (found.MappingVersion, effect) : null;

    /// <summary>With what each field of the mapping is taken from; names that may be a person's by their labels, or their form.</summary>
    private async Task<MappingEffect?> WithReadsAsync(MappingEffect? effect, SourceJob job, Proposal? made, Actor actor, CancellationToken cancellationToken)
    {
        if (effect is null || job.MappingVersion == 0)
        {
            return effect;
        }

        await using var session = await setup.OpenAsync(job.Target.School, actor, cancellationToken);
        var content = await session.Context.SourceMappings.AsNoTracking()
            .Where(m => m.SchoolId == job.Target.School && m.SourceId == job.Target.Source && m.Version == job.MappingVersion).Select(m => m.Content).FirstOrDefaultAsync(cancellationToken);
        var labels = made?.Veiled.ToDictionary(entry => entry.Value, entry => entry.Key, StringComparer.Ordinal);
        return content is null ? effect : effect with { Reads = [.. MappingReads.Of(content, name => labels?.GetValueOrDefault(name) ?? guide.PlainNames.FormOf(name))] };
    }

    private async Task<(long Records, long Unread)> RecordsAsync(Source source, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await setup.OpenAsync(source.SchoolId, actor, cancellationToken);
        var health = await session.Context.SourceHealth.AsNoTracking().FirstOrDefaultAsync(found => found.SchoolId == source.SchoolId && found.SourceId == source.SourceId, cancellationToken);
        return (health?.Records ?? 0, health?.Review ?? 0);
    }

    private static Proposal? ProposalOf(SourceJob job) =>
        job.State == JobState.Done ? Proposal.Read(job.Result) : null;

    internal static MappingEffect? EffectOf(SourceJob job, Source source)
    {
        if (job is not { State: JobState.Done, Result: { ValueKind: JsonValueKind.Object } result })
        {
            return null;
        }

        var reading = MappingVerdict.ComparisonOf(result);
        var (before, after) = (result.GetProperty("before"), result.GetProperty("after"));
        // One made before names were veiled would show them.
        var fields = reading is not null && result.TryGetProperty("fields", out var left) && left.ValueKind == JsonValueKind.Array ? string.Join(", ", left.EnumerateArray().Select(field => field.GetString())) : "";
        return new MappingEffect(
            Count(result, "records"),
            Count(result, "notRead"),
            [
                .. reading is null ? [] : ReadingOf(reading),
                new("Stored one by one", Count(result.GetProperty("events"), "before"), Count(result.GetProperty("events"), "after")),
                new("Of concern", Count(before, "concern"), Count(after, "concern")),
                new("For a person to read", Count(before, "review"), Count(after, "review")),
                new("Counted only", Count(before, "counted"), Count(after, "counted")),
                new("Waiting for a mapping", Count(before, "captured"), 0),
            ],
            [
                new("Alerts raised late", British.Number(Count(result.GetProperty("alerts"), "raised"))),
                new("Alerts that grow", British.Number(Count(result.GetProperty("alerts"), "grown"))),
                new("Alerts to another desk", British.Number(Count(result.GetProperty("alerts"), "rerouted"))),
                new("Records not understood", British.Number(Count(result.GetProperty("unmapped"), "records"))),
                new("Categories not known", British.Number(Count(result.GetProperty("unmapped"), "categories"))),
                new("Words for actions not known", British.Number(Count(result.GetProperty("unmapped"), "actions"))),
                .. Count(after, "concern") > 0 && Count(result.GetProperty("alerts"), "raised") == 0 ? [new Fact("Why no alert is raised", "Low concern is kept and alerts nobody; nothing is alerted twice.")] : Array.Empty<Fact>(),
                .. fields.Length > 0 ? [new Fact("Fields left over", fields)] : Array.Empty<Fact>(),
            ],
            result.TryGetProperty("note", out var note) && note.ValueKind == JsonValueKind.String ? note.GetString()! : "",
            job.Kind == JobKind.Preview ? MappingVerdict.Of(result) : [],
            job.Kind == JobKind.Preview && (reading is null || reading.Version != source.MappingVersion || reading.Capture != source.Capture),
            reading is { Capture: false } ? reading.Version : null);
    }

    private static IEnumerable<Change> ReadingOf(MappingComparison reading)
    {
        var (before, after) = (reading.Before ?? new MappingReading(0, 0, 0, 0, 0, 0, 0, 0, 0), reading.After);
        return
        [
            new("Read by a mapping", before.Records - before.Unread, after.Records - after.Unread),
            new("Not readable by it", before.Unread, after.Unread),
            new("Events in those read", before.Events, after.Events),
            new("With a time of the product's own", before.Times, after.Times),
            new("With the account", before.Accounts, after.Accounts),
            new("Different accounts in them", before.People, after.People),
            new("Belonging to nobody", before.Nobody, after.Nobody),
            new("With a search", before.Searches, after.Searches),
            new("With an address visited", before.Addresses, after.Addresses),
            new("With words written or seen", before.Words, after.Words),
            new("Of which the product's action is known", before.Actions, after.Actions),
        ];
    }

    private static long Count(JsonElement of, string name) => of.GetProperty(name).GetInt64();
}
