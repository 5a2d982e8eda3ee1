using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Web.Queue;

/// <summary>How an alert stands as its notice is shown.</summary>
/// <param name="State">Word of <see cref="AlertState"/>.</param>
/// <param name="TakenByReader">The reader acknowledged it.</param>
/// <param name="Assigned">It is given to somebody.</param>
internal readonly record struct AlertStanding(string State, bool TakenByReader, bool Assigned);

/// <summary>What a form did, said on the page that it leads to. The address holds a word and a number; the sentence is ours.</summary>
/// <param name="Tone">Class of the notice: <c>ok</c>, <c>warn</c> where nothing was done, <c>bad</c> where somebody was to be told and cannot be.</param>
public sealed record StepNotice(string Sentence, string Tone)
{
    /// <summary>Word of low alerts that were taken together; its number counts them.</summary>
    public const string Together = "together";

    private static readonly Func<AlertStanding, bool> s_always = _ => true;

    // With the message that each leads to, where it leads to one: what becomes of that is another matter than the step. An address can be kept and opened again:
    // nothing is said that is no longer so.
    private static readonly (string Word, Func<AlertStanding, bool> IsSo, string Tone, string Sentence, string Message, string Unsent)[] s_sentences =
    [
        ("acknowledged", now => now is { State: AlertState.Acknowledged, TakenByReader: true }, "ok", "You have taken alert {0}. Nobody else is told of it again: what it asks for is yours to do.", "", ""),
        ("put-back", now => now.State == AlertState.New, "ok", "Alert {0} waits again, and its clock stands where it stood.", "", ""),
        ("late", now => now.State == AlertState.Acknowledged, "warn", "Alert {0} was not put back: that can be done for ten minutes, by whoever acknowledged it.", "", ""),
        ("kept", now => now.Assigned, "ok", "Alert {0} is yours now.", "", ""),
        ("reviewed", now => now.State == AlertState.InReview, "ok", "Alert {0} is in review.", "", ""),
        ("assigned", now => now.Assigned, "ok", "Alert {0} was given on.", "Whoever has it now, unless that is you, gets a message: below stands whether it left.", "Whoever has it now could NOT be told: {0}. Ring them."),
        ("noted", s_always, "ok", "Your note was added to alert {0}.", "", ""),
        ("escalated", now => now.State == AlertState.Escalated, "ok", "Alert {0} was escalated.", "The next desk gets a message: below stands whether it left.", "The next desk could NOT be told: {0}. Ring them."),
        ("handed-over", now => now.State == AlertState.HandedOver, "ok", "Alert {0} was handed over.", "", ""),
        ("resolved", now => now.State == AlertState.Resolved, "ok", "Alert {0} is resolved. You can open it again at any time.", "", ""),
        ("reopened", now => now.State == AlertState.New, "ok", "Alert {0} is open again.", "Its desk gets a message: below stands whether it left.", "Its desk could NOT be told: {0}. Ring them."),
        ("refused", s_always, "warn", "Nothing was changed: alert {0} had been moved already. This is how it stands now.", "", ""),
    ];

    /// <param name="noMail">Why no mail leaves now; null: mails leave.</param>
    /// <param name="standing">How the alert that the address names stands; null: the reader sees none of that number.</param>
    internal static StepNotice? Of(IQueryCollection query, string? noMail, AlertStanding? standing)
    {
        if (NumberOf(query) is not { } number)
        {
            return null;
        }

        if (query["done"] == Together)
        {
            return number == 0
                ? new StepNotice("Nothing was taken: tick low alerts first that still wait.", "warn")
                : new StepNotice($"{Counted.Of(number, "low alert is", "low alerts are")} yours now.", "ok");
        }

        var (_, isSo, tone, sentence, message, unsent) = Array.Find(s_sentences, s => s.Word == query["done"].ToString());
        if (sentence is null || standing is not { } now || !isSo(now))
        {
            return null;
        }

        var done = string.Format(CultureInfo.InvariantCulture, sentence, number);
        return message.Length == 0 ? new StepNotice(done, tone)
            : noMail is null ? new StepNotice($"{done} {message}", tone)
            : new StepNotice($"{done} {string.Format(CultureInfo.InvariantCulture, unsent, noMail)}", "bad");
    }

    /// <summary>Number of the alert that the address speaks of; null: of none.</summary>
    public static int? NumberOf(IQueryCollection query) => int.TryParse(query["alert"], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>Number of the alert that was acknowledged just now; null: none was.</summary>
    public static int? AcknowledgedOf(IQueryCollection query) => query["done"] == "acknowledged" ? NumberOf(query) : null;

    /// <summary>The address with the notice.</summary>
    public static string On(string address, string word, int number)
    {
        var notice = new QueryBuilder { { "done", word }, { "alert", number.ToString(CultureInfo.InvariantCulture) } }.ToString();
        return address + (address.Contains('?', StringComparison.Ordinal) ? "&" + notice[1..] : notice);
    }
}
