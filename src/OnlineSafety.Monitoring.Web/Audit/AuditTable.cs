using System.Globalization;
using System.Text;

namespace OnlineSafety.Monitoring.Web.Audit;

/// <summary>Records as a file for a spreadsheet (RFC 4180). Pure.</summary>
internal static class AuditTable
{
    private static readonly char[] s_formula = ['=', '+', '-', '@', '\t', '\r'];

    public static byte[] Of(IEnumerable<AuditRow> rows)
    {
        // With a mark of its encoding: spreadsheets take the file for something else without one.
        var text = new StringBuilder("\uFEFFentry,at,who,kind,did,action,of,reason\r\n");
        foreach (var (entry, what, of) in rows)
        {
            text.AppendJoin(',', new[]
            {
                entry.Entry.ToString(CultureInfo.InvariantCulture), entry.At.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture),
                entry.Actor, entry.ActorKind, what, entry.Action, of ?? "(erased)", entry.Reason ?? "",
            }.Select(Cell)).Append("\r\n");
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    // A reason is whatever somebody typed: what a spreadsheet would run as a formula is made text.
    private static string Cell(string text)
    {
        var harmless = text.Length > 0 && s_formula.Contains(text[0]) ? "'" + text : text;
        return harmless.AsSpan().IndexOfAny("\",\r\n") >= 0 ? $"\"{harmless.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : harmless;
    }
}
