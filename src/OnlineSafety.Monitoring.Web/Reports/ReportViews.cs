namespace OnlineSafety.Monitoring.Web.Reports;

/// <summary>A digest in the archive.</summary>
public sealed record ArchivedDigest(DateOnly Day, string When, bool Late);

/// <param name="Term">The newest that is finished.</param>
/// <param name="Running">The one that runs.</param>
public sealed record ReportsView(ReportTerm Term, ReportTerm Running, IReadOnlyList<ArchivedDigest> Digests, bool SeesDigests, bool MayPreview);

/// <summary>A digest as its reader may see it.</summary>
/// <param name="Html">Blocks of HTML in which every text is encoded already.</param>
public sealed record DigestPageView(string Title, string Html, bool Stored);

/// <param name="Finished">Counted once, and kept so.</param>
public sealed record OfferedTerm(ReportTerm Term, bool Finished)
{
    public string Name => Finished ? Term.Name : $"{Term.Name} so far";
}

/// <summary>A line of the governors' report; null: fewer than five people, or nobody.</summary>
public sealed record ReportLine(string Name, int? About);

public sealed record GovernorsView
{
    public required string School { get; init; }

    public required ReportTerm Term { get; init; }

    /// <summary>Last day that it covers; before the term's first: no month of it has ended yet.</summary>
    public required DateOnly Last { get; init; }

    /// <summary>Counted once, and kept so; else its figures change with what becomes of its alerts.</summary>
    public required bool Finished { get; init; }

    /// <summary>The school was there before the term's end.</summary>
    public required bool Connected { get; init; }

    public required IReadOnlyList<OfferedTerm> Terms { get; init; }

    public string Name => new OfferedTerm(Term, Finished).Name;

    public required int? All { get; init; }

    public required IReadOnlyList<ReportLine> Risks { get; init; }

    public required IReadOnlyList<ReportLine> Themes { get; init; }

    public required IReadOnlyList<ReportLine> Severities { get; init; }

    public required int? MinutesToAcknowledge { get; init; }

    public required int? WithinHour { get; init; }

    public required int? TrueShare { get; init; }

    public bool Covers => Last >= Term.Begins;
}
