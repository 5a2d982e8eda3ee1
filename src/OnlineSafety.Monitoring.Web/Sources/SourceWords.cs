using OnlineSafety.Monitoring.Digests;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Sources.Health;
using OnlineSafety.Monitoring.Web.Pages;

namespace OnlineSafety.Monitoring.Web.Sources;

/// <summary>Numbers, times and states as people read them.</summary>
internal static class SourceWords
{
    /// <summary>A moment by the school's clock.</summary>
    public static string When(DateTimeOffset at, TimeZoneInfo zone) => TimeZoneInfo.ConvertTime(at, zone).ToString("ddd d MMM yyyy, HH:mm", British.Culture);

    public static string Day(DateOnly day) => day.ToString("ddd d MMM yyyy", British.Culture);

    /// <summary>How long ago, and when by the school's clock.</summary>
    public static string Heard(DateTimeOffset? at, DateTimeOffset now, TimeZoneInfo zone) =>
        at is { } then ? $"{Ago(now - then)} ({SchoolTime.Words(then, now, zone)})" : "never";

    public static string Ago(TimeSpan age) => age < TimeSpan.FromMinutes(1) ? "less than a minute ago" : DigestAttention.Spoken(age) + " ago";

    /// <summary>A span as people type it in set-up: 30m, 2h, 1d.</summary>
    public static string Span(TimeSpan span) => span.TotalDays >= 1 && span.TotalDays % 1 == 0 ? Counted.Of((long)span.TotalDays, "day")
        : span.TotalHours >= 1 && span.TotalHours % 1 == 0 ? Counted.Of((long)span.TotalHours, "hour")
        : string.Create(British.Culture, $"{Math.Round(span.TotalMinutes)} min");

    /// <summary>How it reaches us.</summary>
    public static string Via(Source source) => (SourceDoor)source.Door switch
    {
        SourceDoor.Syslog => source.Tls ? "syslog over TLS" : "syslog",
        SourceDoor.Mail => source.Tls ? "mail over TLS" : "mail",
        SourceDoor.File => "files",
        _ => "webhook",
    };

    /// <summary>The state as a word, also where the watch does not judge.</summary>
    public static string State(Source source, string? judged) =>
        !source.Enabled ? "out of use"
        : source.Unassigned ? "not assigned"
        : source.Capture ? SourceAttention.Waiting
        : judged is null ? "not judged yet" : SourceStateWords.Shown(judged);

    public static Tone ToneOf(Source source, StoredState? judged) => SourceAttention.Of(source, judged) switch
    {
        Attention.OutOfUse => Tone.Quiet,
        Attention.None => Tone.Good,
        Attention.Look => Tone.Notice,
        _ => Tone.Bad,
    };

    /// <summary>The state in a sentence.</summary>
    public static string Sentence(Source source, string? judged) =>
        !source.Enabled ? $"Out of use: {((SourceDoor)source.Door == SourceDoor.Syslog ? "its lines go to another source of the school that fits them, or are kept with those that fit none" : "what it sends is refused")}. What it sent stays."
        : source.Unassigned ? "Messages that match no source. Add the source they belong to, or tell their sender where to send."
        : source.Capture ? "IT has to finish setting it up (a mapping). Until then its records are kept, and only the gravest phrases are looked for in them: such a one raises an alert at once."
        : judged ?? "Nobody has judged it yet.";

    /// <summary>A sentence of the watch as a page says it.</summary>
    public static string OnPage(string sentence) => British.Capital(sentence);

    /// <summary>What stands at the door, in words; empty: nothing.</summary>
    public static string Trouble(DoorTrouble trouble) => trouble.Kind.Replace('_', ' ');

    /// <summary>What silence is usual, and where that is known from.</summary>
    public static string Expected(StoredState? state) => state is null
        ? "nothing yet"
        : state.GapBasis switch
        {
            "measured" => $"every {Span(state.ExpectedGap)} in school hours, as measured",
            "set" => $"every {Span(state.ExpectedGap)} in school hours, as set by hand",
            "canary" => "nothing in particular: too few records to know what is usual",
            _ => $"every {Span(state.ExpectedGap)} in school hours, until more is known",
        };
}
