using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using OnlineSafety.Monitoring.Web.Pages;

namespace OnlineSafety.Monitoring.Web.Queue;

/// <summary>What a form did, said on the page that it leads to. The address holds a word and a number; the sentence is ours.</summary>
/// <param name="Untold">Somebody was to be told and cannot be: no good news.</param>
public sealed record StepNotice(string Sentence, bool Untold)
{
    // With the message that each leads to, where it leads to one: what becomes of that is another matter than the step.
    private static readonly (string Word, string Sentence, string Message, string Unsent)[] s_sentences =
    [
        ("acknowledged", "You have taken alert {0}. Nobody else is told of it again: what it asks for is yours to do.", "", ""),
        ("put-back", "Alert {0} waits again, and its clock stands where it stood.", "", ""),
        ("late", "Alert {0} was not put back: that can be done for ten minutes, by whoever acknowledged it.", "", ""),
        ("kept", "Alert {0} is yours now.", "", ""),
        ("reviewed", "Alert {0} is in review.", "", ""),
        ("assigned", "Alert {0} was given on.", "Whoever has it now, unless that is you, gets a message: below stands whether it left.", "Whoever has it now could NOT be told: {0}. Ring them."),
        ("noted", "Your note stands with alert {0}.", "", ""),
        ("escalated", "Alert {0} was escalated.", "The next desk gets a message: below stands whether it left.", "The next desk could NOT be told: {0}. Ring them."),
        ("handed-over", "Alert {0} was handed over.", "", ""),
        ("resolved", "Alert {0} is resolved. You can open it again at any time.", "", ""),
        ("reopened", "Alert {0} is open again.", "Its desk gets a message: below stands whether it left.", "Its desk could NOT be told: {0}. Ring them."),
        ("refused", "Nothing was changed: somebody else had moved alert {0} already. This is how it stands now.", "", ""),
        ("together", "Low alerts taken: {0}.", "", ""),
    ];

    /// <param name="noMail">Why no mail leaves now; null: mails leave.</param>
    public static StepNotice? Of(IQueryCollection query, string? noMail)
    {
        var (_, sentence, message, unsent) = Array.Find(s_sentences, s => s.Word == query["done"].ToString());
        if (sentence is null || !int.TryParse(query["alert"], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return null;
        }

        var done = string.Format(CultureInfo.InvariantCulture, sentence, number);
        return message.Length == 0 ? new StepNotice(done, Untold: false)
            : noMail is null ? new StepNotice($"{done} {message}", Untold: false)
            : new StepNotice($"{done} {string.Format(CultureInfo.InvariantCulture, unsent, noMail)}", Untold: true);
    }

    /// <summary>Number of the alert that was acknowledged just now; null: none was.</summary>
    public static int? AcknowledgedOf(IQueryCollection query) =>
        query["done"] == "acknowledged" && int.TryParse(query["alert"], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>The address with the notice.</summary>
    public static string On(string address, string word, int number)
    {
        var notice = new QueryBuilder { { "done", word }, { "alert", number.ToString(CultureInfo.InvariantCulture) } }.ToString();
        return address + (address.Contains('?', StringComparison.Ordinal) ? "&" + notice[1..] : notice);
    }
}
