using OnlineSafety.Monitoring.Retention;

namespace OnlineSafety.Monitoring.Web.Retention;

/// <summary>How long things are kept here, and what fell lately.</summary>
/// <param name="Report">As a run would find it now; nothing was deleted for it.</param>
/// <param name="RanAt">When a run last went well; null: none did yet.</param>
/// <param name="RefusedWhy">Why runs delete nothing until a person says that the clock is right; null: they do.</param>
public sealed record RetentionView(RetentionReport Report, DateTimeOffset? RanAt, DateTimeOffset? RefusedSince, string? RefusedWhy, IReadOnlyList<FallRow> Fell);

/// <summary>What fell on one day, by one clock.</summary>
public sealed record FallRow(DateOnly Day, string By, string What, long Count);

/// <summary>On whom a hold stands, as it was asked for.</summary>
public sealed record ShownHold(Guid Hold, string About);

public sealed record HoldForm(string Alert = "", string Account = "", string Reason = "", bool NothingKnown = false);

/// <param name="Also">Further names, one a line.</param>
/// <param name="Confirmation">The account, typed once more.</param>
public sealed record ErasureForm(string Person = "", string Also = "", string Reason = "", string Confirmation = "", bool NothingKnown = false);

/// <param name="Proof">Null: it was begun and not finished.</param>
public sealed record ErasureRow(Guid Id, DateTimeOffset AskedAt, string AskedBy, DateTimeOffset? FinishedAt, DateOnly? RawFallsOn, ErasureProof? Proof);
