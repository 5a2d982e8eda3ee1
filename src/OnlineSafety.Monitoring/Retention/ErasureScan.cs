using System.Text.Json;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.People;
using OnlineSafety.Monitoring.Processing;

namespace OnlineSafety.Monitoring.Retention;

internal sealed record FoundEvent(Guid Stream, long Sequence, int Part, byte[] Detail, Guid? Alert);

internal sealed record FoundAlert(Guid Id, int Number, string State, bool Held);

/// <param name="Subject">Whom it is about, as it is to be; null: it stays.</param>
internal sealed record FoundAlertText(Guid Alert, byte[] Reasons, string? Note, string? Reference, string? Subject);

/// <param name="StoredDetail">As it is stored.</param>
/// <param name="Detail">As it reads.</param>
/// <param name="IsTyped">In the words of a person, as whoever took the alert over is: ids, desks and outcomes in this column are ours.</param>
internal sealed record FoundText(Guid Alert, long Step, string Note, string StoredDetail, string Detail, bool IsTyped);

/// <param name="WhyLifted">Null: it stands.</param>
internal sealed record FoundHold(Guid Hold, string About, string Reason, string? WhyLifted);

internal sealed record FoundWord(Guid Source, string Kind, string Stored, string Word);

/// <summary>
/// What is stored about one person, and where others' rows name them. Reads a page at a time; what is returned is only what must change.
/// </summary>
internal sealed class ErasureScan(Session session, Guid school, NamedPerson person, CaseContent content)
{
    private readonly string[] _keys = [.. person.Keys];

    /// <summary>Alerts about the person.</summary>
    public Task<List<FoundAlert>> AlertsAsync(CancellationToken cancellationToken) => session.RowsAsync(
        ErasureSql.Alerts, [school, _keys], row => new FoundAlert(row.GetGuid(0), row.GetInt32(1), row.GetString(2), row.GetBoolean(3)), cancellationToken);

    /// <summary>Open and held alerts about others that hold any of these records, or are any of these.</summary>
    public Task<List<FoundAlert>> AlertsThatKeepAsync(Guid[] alerts, IReadOnlyCollection<(Guid Stream, long Sequence)> records, CancellationToken cancellationToken) => session.RowsAsync(
        ErasureSql.AlertsThatKeep, [school, _keys, alerts, records.Select(record => record.Stream).ToArray(), records.Select(record => record.Sequence).ToArray()],
        row => new FoundAlert(row.GetGuid(0), row.GetInt32(1), row.GetString(2), row.GetBoolean(3)), cancellationToken);

    /// <summary>Texts of alerts about others that name the person, as they read.</summary>
    public async Task<List<FoundAlertText>> AlertTextsNamingAsync(NameMask mask, CancellationToken cancellationToken)
    {
        var seal = content.Seal;
        // Somebody else of the people list keeps their name.
        var own = person.People.Select(one => one.PersonId).ToHashSet();
        var listed = (await SealedPeople.ReadAsync(session, seal, cancellationToken)).People.Where(other => !own.Contains(other.PersonId)).Select(other => SubjectKeys.Of(other.Account)).ToHashSet(StringComparer.Ordinal);
        var all = await session.RowsAsync(
            ErasureSql.OtherAlerts, [school, _keys],
            row => new FoundAlertText(
                row.GetGuid(0), content.OpenReasons(row.GetFieldValue<byte[]>(1)), row.IsDBNull(2) ? null : seal.OpenText(row.GetFieldValue<byte[]>(2), SealedField.AlertNote),
                row.IsDBNull(3) ? null : seal.OpenText(row.GetFieldValue<byte[]>(3), SealedField.AlertReference),
                row.IsDBNull(4) ? null : Renamed(seal.OpenText(row.GetFieldValue<byte[]>(4), SealedField.AlertSubject))), cancellationToken);
        return all.FindAll(found => found.Subject is not null || !ReferenceEquals(mask.OfJson(found.Reasons), found.Reasons) || mask.IsIn(found.Note) || mask.IsIn(found.Reference));

        // The kind before the colon is ours.
        string? Renamed(string subject) => subject.IndexOf(':', StringComparison.Ordinal) + 1 is var kind && !listed.Contains(subject) && mask.IsIn(subject[kind..]) ? subject[..kind] + mask.Of(subject[kind..]) : null;
    }

    /// <summary>Steps of alerts about others that name the person, as they read.</summary>
    public async Task<List<FoundText>> StepsNamingAsync(NameMask mask, CancellationToken cancellationToken)
    {
        var seal = content.Seal;
        var all = await session.RowsAsync(
            ErasureSql.OtherSteps, [school, _keys],
            row => new FoundText(
                row.GetGuid(0), row.GetInt64(1), seal.OpenText(row.GetFieldValue<byte[]>(2), SealedField.StepNote), row.GetString(3), seal.OpenWords(row.GetString(3), SealedField.StepDetail), row.GetBoolean(4)),
            cancellationToken);
        return all.FindAll(step => mask.IsIn(step.Note) || (step.IsTyped && mask.IsIn(step.Detail)));
    }

    /// <summary>What was kept of the hour around alerts about others and names the person, as it is to be.</summary>
    public async Task<List<FoundEvent>> ContextNamingAsync(NameMask mask, CancellationToken cancellationToken)
    {
        var all = await session.RowsAsync(
            ErasureSql.OtherContext, [school, _keys],
            row => new FoundEvent(row.GetGuid(1), row.GetInt64(2), row.GetInt32(3), content.OpenContext(row.GetFieldValue<byte[]>(4)), row.GetGuid(0)), cancellationToken);
        return [.. all.Select(one => (Before: one, After: one with { Detail = mask.OfJson(one.Detail) })).Where(one => !ReferenceEquals(one.Before.Detail, one.After.Detail)).Select(one => one.After)];
    }

    /// <summary>Holds whose words name the person, as they read.</summary>
    public async Task<List<FoundHold>> HoldsNamingAsync(NameMask mask, CancellationToken cancellationToken)
    {
        var seal = content.Seal;
        var all = await session.RowsAsync(
            ErasureSql.Holds, [school],
            row => new FoundHold(
                row.GetGuid(0), seal.OpenText(row.GetFieldValue<byte[]>(1), SealedField.HoldAbout), seal.OpenText(row.GetFieldValue<byte[]>(2), SealedField.HoldReason),
                row.IsDBNull(3) ? null : seal.OpenText(row.GetFieldValue<byte[]>(3), SealedField.HoldWhyLifted)), cancellationToken);
        return all.FindAll(hold => mask.IsIn(hold.About) || mask.IsIn(hold.Reason) || mask.IsIn(hold.WhyLifted));
    }

    /// <summary>Names that a mapping took for a product's category, action or severity.</summary>
    public async Task<List<FoundWord>> WordsNamingAsync(NameMask mask, CancellationToken cancellationToken)
    {
        var all = await session.RowsAsync(
            ErasureSql.Unmapped, [school],
            row => new FoundWord(row.GetGuid(0), row.GetString(1), row.GetString(2), content.Seal.OpenText(row.GetFieldValue<byte[]>(3), SealedField.UnmappedWord)), cancellationToken);
        return all.FindAll(found => mask.IsIn(found.Word));
    }

    /// <summary>The same where they are counted.</summary>
    public async Task<List<string>> CountedNamingAsync(NameMask mask, CancellationToken cancellationToken) =>
        (await session.RowsAsync(ErasureSql.Counted, [], row => row.GetString(0), cancellationToken)).FindAll(mask.IsIn);

    /// <summary>Events about the person; whether an erasure leaves them.</summary>
    public Task<List<(FoundEvent Event, bool Stays)>> EventsAsync(CancellationToken cancellationToken) => session.RowsAsync(
        ErasureSql.EventsAbout, [school, _keys],
        row => (new FoundEvent(row.GetGuid(0), row.GetInt64(1), row.GetInt32(2), content.OpenDetail(row.GetFieldValue<byte[]>(3)), row.IsDBNull(5) ? null : row.GetGuid(5)), row.GetBoolean(4)),
        cancellationToken);

    /// <summary>By what the products call the person: those names too must go.</summary>
    public static IEnumerable<string> NamesIn(IEnumerable<FoundEvent> events) => events
        .Select(found => StoredEvent.Read(found.Detail).Data.Subject)
        .SelectMany(subject => new[] { subject?.User, subject?.UserAsSent })
        .OfType<string>().Where(name => name.Length > 0).Distinct(StringComparer.OrdinalIgnoreCase);

    /// <summary>Events about others that name the person, as they are to be.</summary>
    /// <param name="records">Records whose raw bytes name the person: of their events more than plain words is looked at.</param>
    public async Task<List<FoundEvent>> EventsNamingAsync(NameMask mask, IReadOnlySet<(Guid Stream, long Sequence)> records, CancellationToken cancellationToken)
    {
        var (found, at) = (new List<FoundEvent>(), (Stream: Guid.Empty, Sequence: 0L, Part: -1));
        while (true)
        {
            var page = await session.RowsAsync(
                ErasureSql.Events, [school, at.Stream, at.Sequence, at.Part, _keys],
                row => new FoundEvent(row.GetGuid(0), row.GetInt64(1), row.GetInt32(2), content.OpenDetail(row.GetFieldValue<byte[]>(3)), row.IsDBNull(4) ? null : row.GetGuid(4)),
                cancellationToken);
            foreach (var one in page)
            {
                if (mask.OfJson(one.Detail, records.Contains((one.Stream, one.Sequence))) is var masked && !ReferenceEquals(masked, one.Detail))
                {
                    found.Add(one with { Detail = masked });
                }
            }

            if (page.Count == 0)
            {
                return found;
            }

            at = (page[^1].Stream, page[^1].Sequence, page[^1].Part);
        }
    }

    /// <summary>Records whose raw bytes name the person, as they came or encoded.</summary>
    public async Task<List<(Guid Stream, long Sequence)>> EvidenceNamingAsync(NameMask mask, CancellationToken cancellationToken)
    {
        var (found, at) = (new List<(Guid, long)>(), (Stream: Guid.Empty, Sequence: 0L));
        while (true)
        {
            var page = await session.RowsAsync(
                ErasureSql.Evidence, [school, at.Stream, at.Sequence],
                row => (Stream: row.GetGuid(0), Sequence: row.GetInt64(1), Names: mask.IsInRecord(content.OpenRaw(row.GetFieldValue<byte[]>(2)))), cancellationToken);
            found.AddRange(page.Where(one => one.Names).Select(one => (one.Stream, one.Sequence)));
            if (page.Count == 0)
            {
                return found;
            }

            at = (page[^1].Stream, page[^1].Sequence);
        }
    }

    /// <summary>What was read of the others in a record, in place of its raw bytes. Null: there are none, or an alert that stays holds what the person did there.</summary>
    public async Task<byte[]?> KeptOfAsync(Guid stream, long sequence, NameMask mask, CancellationToken cancellationToken)
    {
        var details = await session.RowsAsync(
            ErasureSql.DetailsOfRecord, [school, stream, sequence, _keys],
            row => (Detail: mask.OfJson(content.OpenDetail(row.GetFieldValue<byte[]>(1)), encoded: true), Stays: row.GetBoolean(2)), cancellationToken);
        if (details.Count == 0 || details.Exists(one => one.Stays))
        {
            return null;
        }

        var kept = new List<JsonElement>();
        foreach (var (detail, _) in details)
        {
            using var document = JsonDocument.Parse(detail);
            kept.Add((document.RootElement.TryGetProperty("event", out var read) ? read : document.RootElement).Clone());
        }

        return JsonSerializer.SerializeToUtf8Bytes(new { note = "The record as it came named somebody who was erased. This is what had been read of the others in it.", events = kept });
    }
}
