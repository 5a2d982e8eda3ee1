using System.Text;
using Microsoft.AspNetCore.Http;
using OnlineSafety.Monitoring.Alerts.Reading;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Web.Queue;

/// <summary>A filter of the queue as an address, so that every filter is a link. It holds words of the taxonomy and nothing of a person.</summary>
internal static class QueueAddress
{
    public const string Queue = "/alerts";

    private static readonly (QueueScope Scope, string Word)[] s_scopes =
        [(QueueScope.Open, "open"), (QueueScope.Waiting, "waiting"), (QueueScope.InHand, "in-hand"), (QueueScope.Resolved, "resolved")];

    public static string Of(QueueFilter filter, QueuePosition? after = null)
    {
        var query = new StringBuilder();
        Add("show", filter.Scope == QueueScope.Open ? null : Array.Find(s_scopes, s => s.Scope == filter.Scope).Word);
        Add("severity", filter.Severity is { } severity ? Words.Of(severity) : null);
        Add("risk", filter.Risk is { } risk ? Words.Of(risk) : null);
        Add("theme", filter.Theme);
        Add("mine", filter.Mine ? "yes" : null);
        Add("after", after?.ToString());
        return Queue + query;

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                query.Append(query.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
            }
        }
    }

    /// <summary>Words that are not ours are passed over: an old or mistyped address shows more, never an error.</summary>
    public static QueueFilter Parse(IQueryCollection query) => new(
        Array.Find(s_scopes, s => s.Word == query["show"].ToString()).Scope,
        Words.TryRead<Severity>(query["severity"].ToString(), out var severity) && severity != Severity.None ? severity : null,
        Words.TryRead<Risk>(query["risk"].ToString(), out var risk) && risk != Risk.None ? risk : null,
        query["theme"].ToString() is { Length: > 0 and < 100 } theme ? theme : null,
        query["mine"] == "yes");

    /// <summary>An address of the queue to go back to; anything else becomes the queue itself.</summary>
    public static string Checked(string? back) =>
        back is not null && (back == Queue || back.StartsWith(Queue + "?", StringComparison.Ordinal)) && !back.Any(char.IsControl) ? back : Queue;
}
