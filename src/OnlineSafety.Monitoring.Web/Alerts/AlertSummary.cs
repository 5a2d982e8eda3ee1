using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Web.Pages;

namespace OnlineSafety.Monitoring.Web.Alerts;

/// <summary>What happened, in sentences. None holds a word that somebody else wrote: those stand below, marked as what they are. Pure.</summary>
internal static class AlertSummary
{
    /// <summary>The event whose reasons are the alert's; else the newest that is as grave, else the newest there is.</summary>
    public static EventView? Deciding(AlertDetailView alert) =>
        alert.Events.FirstOrDefault(e => Same(e.Reasons, alert.Reasons))
        ?? alert.Events.FirstOrDefault(e => e.Severity == alert.Severity && e.Theme == alert.Theme)
        ?? (alert.Events.Count > 0 ? alert.Events[0] : null);

    /// <summary>Of each further theme at high or above its gravest event, the newest first of those as grave: a headline alone hides what stands behind it.</summary>
    public static IReadOnlyList<EventView> OtherGrave(AlertDetailView alert) =>
        [.. alert.Events.Where(e => e.Severity is "critical" or "high" && e.Theme != alert.Theme).DistinctBy(e => e.Theme, StringComparer.Ordinal)];

    /// <summary>Of an alert that is critical or high, the further events that are as grave: what was searched or written, each once.</summary>
    public static IReadOnlyList<EventView> AsGrave(AlertDetailView alert)
    {
        var first = Deciding(alert) is { } deciding ? ReasonWords.Said(deciding) : "";
        return alert.Severity is not ("critical" or "high") ? []
            : [.. alert.Events.Where(e => e.Severity == alert.Severity && ReasonWords.Said(e) is { Length: > 0 } said && !ReasonWords.IsSame(said, first))
                .DistinctBy(e => ReasonWords.Said(e).Trim(), StringComparer.OrdinalIgnoreCase)
                // What somebody wrote says more of them than what they looked for.
                .OrderBy(e => e.Kind is "typed" or "message" or "report" ? 0 : 1)];
    }

    /// <summary>How to find out who it is, where no account is named; empty: one is, or it is about a class.</summary>
    public static string Unknown(AlertDetailView alert, DateTimeOffset now, TimeZoneInfo zone)
    {
        if (AlertCohort.IsOfClass(alert.Subject) || alert.Subject?.StartsWith("user:", StringComparison.Ordinal) == true || Deciding(alert) is not { } deciding)
        {
            return "";
        }

        var (product, at) = (Product(deciding.Vendor), SchoolTime.Words(deciding.OccurredAt, now, zone, withSeconds: true));
        return (deciding.Kind, alert.Subject) switch
        {
            ("report", _) => $"Ask whoever wrote the report. Ask whoever looks after your systems, now, to look up what {product} has of {at}.",
            (_, null) => $"No account and no device is named. Ask whoever looks after your systems, now, to look up what {product} has of {at}.",
            _ => $"No account is named, only where it was done. Ask whoever looks after your systems, now, who used it at {at}.",
        };
    }

    /// <param name="first">When the first of it happened.</param>
    /// <param name="last">When the last of it happened.</param>
    public static IReadOnlyList<string> Of(AlertDetailView alert, IReadOnlyList<string> sources, DateTimeOffset first, DateTimeOffset last, DateTimeOffset now, TimeZoneInfo zone)
    {
        var sentences = new List<string>();
        var deciding = Deciding(alert);
        if (AlertCohort.Is(alert.Subject))
        {
            sentences.Add("Several people did the same within an hour: perhaps a class activity.");
        }
        else if (deciding is not null)
        {
            sentences.Add($"{Who(alert)} {Did(deciding.Kind)} ({SchoolTime.Words(deciding.OccurredAt, now, zone)}).");
        }

        if (deciding is not null && Done(deciding) is { Length: > 0 } done)
        {
            sentences.Add(done);
        }

        if (deciding is not null && SchoolTime.IsLate(deciding.OccurredAt, deciding.ReceivedAt))
        {
            sentences.Add($"It was received {SchoolTime.Words(deciding.ReceivedAt, now, zone)}, {SchoolTime.Span(deciding.ReceivedAt - deciding.OccurredAt)} after it happened.");
        }

        if (alert.NeedsReview)
        {
            sentences.Add(alert.State == AlertState.Resolved ? "The record could not be read automatically: it stands below." : "The record could not be read automatically, and it holds grave words: read it below.");
        }

        if (alert.Count > 1)
        {
            var span = last - first < TimeSpan.FromMinutes(1) ? "within a minute" : $"from {SchoolTime.Words(first, now, zone)} to {SchoolTime.Words(last, now, zone)}";
            sentences.Add($"There are {Counted.Of(alert.Count, "event")} {span}, reported by {Joined(sources)}.");
        }

        if (alert.Count > 1 && alert.Subject is null)
        {
            sentences.Add("They say the same and name nobody: it may be one event that was sent again, or several people.");
        }
        else if (alert.Count == 1 && sources.Count > 0)
        {
            sentences.Add($"It was reported by {Joined(sources)}.");
        }

        return sentences;
    }

    public static string Product(string vendor) => vendor.Length == 0 ? "The product" : British.Capital(vendor);

    public static string Role(string role) => role switch
    {
        "pupil" => "Pupil",
        "staff" => "Member of staff",
        "head" => "Head",
        "dsl" => "Safeguarding lead",
        "deputy" => "Deputy safeguarding lead",
        "chair" => "Chair of governors",
        "governor" => "Governor",
        _ => "Not on the people list",
    };

    /// <summary>Whether it is about somebody who works at the school or governs it.</summary>
    public static bool IsOfStaff(string role) => role is not ("pupil" or "unknown" or "");

    public static string Kind(string kind) => kind switch
    {
        "search" => "Search",
        "visit" => "Page visited",
        "typed" => "Typed",
        "app" => "App used",
        "message" => "Message",
        "report" => "Report by a person",
        "system" => "The product itself",
        _ => "Action not recorded",
    };

    public static string Action(string action) => action switch
    {
        "blocked" => "Blocked",
        "allowed" => "Allowed",
        "warned" => "Warned",
        "redirected" => "Redirected",
        "observed" => "Only recorded",
        "error" => "Failed",
        _ => "Action not recorded",
    };

    /// <summary>Why a record was not read as its product writes it.</summary>
    public static string Unread(string review) => review switch
    {
        "captured" => "Searched for the gravest words alone: its source is not set up fully yet",
        "damaged" => "The stored record is damaged and cannot be opened",
        "missing" => "The stored record is not there any more",
        _ => "This record could not be read automatically: read it yourself",
    };

    private static bool Same(IReadOnlyList<Reason> ones, IReadOnlyList<Reason> others) => ones.Count > 0
        && ones.Select(r => (r.Rule, r.Field, r.Start, r.Length, r.Matched)).SequenceEqual(others.Select(r => (r.Rule, r.Field, r.Start, r.Length, r.Matched)));

    private static string Who(AlertDetailView alert) => alert.SubjectRole switch
    {
        "pupil" => "A pupil",
        "staff" => "A member of staff",
        "head" => "The head",
        "dsl" or "deputy" => "A safeguarding lead",
        "chair" or "governor" => "A governor",
        _ => alert.Subject is null ? "Somebody" : "Somebody who is not on the people list",
    };

    private static string Did(string kind) => kind switch
    {
        "search" => "searched for something",
        "visit" => "opened a page",
        "typed" => "typed something",
        "app" => "used an app",
        "message" => "wrote or got a message",
        "report" => "was the subject of a report that a person wrote",
        "system" => "was named by the product itself",
        _ => "did something: what, the product did not record",
    };

    private static string Done(EventView e) => e.Action switch
    {
        "blocked" => $"{Product(e.Vendor)} blocked it.",
        "allowed" => $"{Product(e.Vendor)} let it through.",
        "warned" => $"{Product(e.Vendor)} showed a warning first.",
        "redirected" => $"{Product(e.Vendor)} redirected it.",
        "observed" => $"{Product(e.Vendor)} recorded it and did not block it.",
        "error" => $"{Product(e.Vendor)} reports that it failed.",
        _ => "",
    };

    private static string Joined(IReadOnlyList<string> names) => names.Count switch
    {
        0 => "a source that is gone since",
        1 => names[0],
        > 3 => Counted.Of(names.Count, "source"),
        _ => string.Join(", ", names.Take(names.Count - 1)) + " and " + names[^1],
    };
}
