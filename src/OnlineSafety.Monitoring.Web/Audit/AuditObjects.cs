using System.Globalization;
using OnlineSafety.Monitoring.Access.Audit;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Web.Audit;

/// <summary>What a look or an action was at, as a person reads it: states, ids and numbers are for programs. Pure.</summary>
internal static class AuditObjects
{
    private static readonly Dictionary<string, string> s_lists = new(StringComparer.Ordinal)
    {
        ["new"] = "waiting alerts",
        ["resolved"] = "resolved alerts",
        ["acknowledged,in_review,escalated,handed_over"] = "alerts in hand",
        ["acknowledged,in_review,handed_over"] = "alerts in hand",
        ["new,escalated"] = "waiting alerts",
        ["new,acknowledged,in_review,escalated,handed_over"] = "open alerts",
        ["new,acknowledged,in_review,escalated,handed_over,resolved"] = "all alerts",
        ["live"] = "on an open page",
        ["alike"] = "with the same words",
        ["all"] = "everybody",
        ["searched"] = "by an account",
    };

    /// <param name="action">As recorded.</param>
    /// <param name="recorded">As recorded; null: erased.</param>
    /// <param name="names">Names of ids: "alert 12".</param>
    public static string? Of(string action, string? recorded, IReadOnlyDictionary<string, string> names)
    {
        var words = recorded?.Split(' ', 2) ?? [];
        if (words.Length == 0 || recorded is null)
        {
            return recorded;
        }

        var rest = words.Length > 1 ? words[1] : "";
        if (names.TryGetValue(words[0], out var name))
        {
            // A person's page is found by an alert of its own.
            return rest.Length == 0 || name == $"alert {rest}" ? name : rest == "device" ? $"{name}, and the same device" : IsNumbers(rest) ? $"{name}, and of the same person {Numbers(rest)}" : $"{name} {rest}";
        }

        if (DateOnly.TryParseExact(recorded, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
        {
            return day.ToString(action == "report.governors" ? "'term from 'd MMM yyyy" : "d MMM yyyy", British.Culture);
        }

        return action is AuditTrail.ListAction or AuditTrail.LiveAction or AuditTrail.AlikeAction or AuditTrail.PeopleAction
            ? $"{s_lists.GetValueOrDefault(words[0], words[0].Replace('_', ' ').Replace(",", ", ", StringComparison.Ordinal))}: {(rest.Length == 0 ? "none" : Numbers(rest))}"
            : recorded;
    }

    private static bool IsNumbers(string text) => text.All(letter => char.IsAsciiDigit(letter) || letter is ',' or '-');

    private static string Numbers(string ranges) => ranges.All(char.IsAsciiDigit) ? $"alert {ranges}" : $"alerts {ranges.Replace(",", ", ", StringComparison.Ordinal)}";
}
