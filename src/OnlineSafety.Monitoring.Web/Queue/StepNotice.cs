using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using OnlineSafety.Monitoring.Web.Pages;

namespace OnlineSafety.Monitoring.Web.Queue;

/// <summary>What a form did, said on the page that it leads to. The address holds a word and a number; the sentence is ours.</summary>
internal static class StepNotice
{
    private static readonly (string Word, string Sentence)[] s_sentences =
    [
        ("acknowledged", "You have taken alert {0}. Nobody else is told of it again."),
        ("put-back", "Alert {0} waits again, and its clock stands where it stood."),
        ("late", "Alert {0} was not put back: that can be done for ten minutes, by whoever acknowledged it."),
        ("reviewed", "Alert {0} is in review."),
        ("kept", "Alert {0} is yours now."),
        ("assigned", "Alert {0} was given on, and the person is told."),
        ("noted", "Your note stands with alert {0}."),
        ("escalated", "Alert {0} was escalated: the next desk is told now."),
        ("handed-over", "Alert {0} was handed over."),
        ("resolved", "Alert {0} is resolved. You can open it again at any time."),
        ("reopened", "Alert {0} is open again, and its desk is told."),
        ("refused", "Nothing was changed: somebody else had moved alert {0} already. This is how it stands now."),
        ("together", "Low alerts taken: {0}."),
    ];

    public static string? Of(IQueryCollection query)
    {
        var sentence = Array.Find(s_sentences, s => s.Word == query["done"].ToString()).Sentence;
        return sentence is not null && int.TryParse(query["alert"], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? string.Format(CultureInfo.InvariantCulture, sentence, number)
            : null;
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
