using System.Globalization;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Classification.Overlays;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Sources.Overlays;

/// <summary>In what a phrase would be found, before it is added.</summary>
/// <param name="Harmless">Of the texts that travel with the service and are no concern.</param>
/// <param name="Records">Of what was stored in the last days; null: nobody read it.</param>
internal sealed record PhrasePreview(PhraseCount Harmless, PhraseCount? Records)
{
    /// <summary>A phrase in more of what is harmless than one text in a hundred says nothing about anybody.</summary>
    private const double MostHarmless = 0.01;

    /// <summary>Of what is stored, most is of some concern: more than one record in twenty is more than any one phrase is about.</summary>
    private const double MostRecords = 0.05;

    // Of fewer a share says nothing.
    private const int LeastRecords = 100;

    // A smaller figure could say of whom it is.
    private const int LeastShown = 5;

    public bool IsTooBroad => Harmless.Hits > Harmless.Texts * MostHarmless || (Records is { Texts: >= LeastRecords } stored && stored.Hits > stored.Texts * MostRecords);

    public string Words => string.Create(
        CultureInfo.InvariantCulture,
        $"It is found in {Harmless.Hits:N0} of {Counted.Of(Harmless.Texts, "harmless text")} (titles of lessons, and sentences that no rule may find){Stored}.");

    private string Stored => Records is not { } stored ? ""
        : stored.Texts == 0 ? "; nothing was stored in the last week"
        : $", and in {(stored.Hits is > 0 and < LeastShown ? "fewer than five" : British.Number(stored.Hits))} of {Counted.Of(stored.Texts, "record")} that {Counted.Word(stored.Texts, "was", "were")} stored in the last week";

    /// <exception cref="TooBroadException">It is too broad, and nobody said that it is meant.</exception>
    /// <param name="anyway">How to say that it is meant.</param>
    public void Require(bool meant, string anyway)
    {
        if (IsTooBroad && !meant)
        {
            throw new TooBroadException($"That phrase would raise alerts about much that is no concern. {Words} Choose longer words, or {anyway}.");
        }
    }
}

/// <summary>A phrase is found in much that is no concern; the message says in how much.</summary>
internal sealed class TooBroadException(string message) : SetupException(message);

/// <summary>Tries a phrase on what is harmless and on what was stored. The look is recorded; what was found in is not shown.</summary>
/// <param name="harmless">Read when first asked for.</param>
/// <param name="console">Null: what is stored is not to be read here.</param>
internal sealed class PhrasePreviews(Lazy<IReadOnlyList<string>> harmless, Database? console, SchoolSeals? seals, TimeProvider time)
{
    public const string Action = "rules.preview";

    private const int MostRecords = 2_000;

    private const string Recent = "SELECT detail FROM event WHERE school_id = $1 AND received_at >= $2 ORDER BY received_at DESC LIMIT $3";

    private static readonly TimeSpan _since = TimeSpan.FromDays(7);

    /// <summary>Null: it is no phrase that these rules can read.</summary>
    public async Task<PhrasePreview?> OfAsync(Guid school, RuleSet rules, OverlayEntry entry, Actor actor, CancellationToken cancellationToken) =>
        PhraseReach.Of(rules, entry) is { } reach
            ? new PhrasePreview(reach.CountIn(harmless.Value.Select(text => new[] { text })), await StoredAsync(school, reach, actor, cancellationToken))
            : null;

    private async Task<PhraseCount?> StoredAsync(Guid school, PhraseReach reach, Actor actor, CancellationToken cancellationToken)
    {
        if (console is null || seals is null)
        {
            return null;
        }

        var seal = await seals.OfAsync(school, cancellationToken);
        await using var session = await console.OpenAsync(school, actor, cancellationToken);
        var records = await session.RowsAsync(
            Recent, [school, time.GetUtcNow() - _since, MostRecords], row => TextsOf(StoredEvent.Read(seal.Open(row.GetFieldValue<byte[]>(0), SealedField.EventDetail))), cancellationToken);
        session.RecordAccess(school, Action, Counted.Of(records.Count, "record"));
        await session.CommitAsync(cancellationToken);
        return reach.CountIn(records);
    }

    private static string[] TextsOf(StoredEvent stored) => [.. new[] { stored.Data.SearchQuery, stored.Data.Text, stored.Data.App }.OfType<string>()];
}
