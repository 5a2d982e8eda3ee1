using System.Globalization;
using System.Text;
using System.Text.Json;

namespace OnlineSafety.Monitoring.Retention;

/// <summary>
/// A data protection impact assessment to begin with (UK GDPR article 35): what the service stores, from the list that a test holds against the database
/// (<c>schemas/fields.json</c>), and what a school must decide and write itself. Pure.
/// </summary>
internal static class DpiaDocument
{
    private const string ToWrite = "_To be written by the school._";

    private static readonly (string Purpose, string Basis)[] _purposes =
    [
        ("Notice that a child may be at risk, and tell those whose duty it is", "_To be decided; for a school usually public task (article 6(1)(e)) with the safeguarding condition (Data Protection Act 2018, schedule 1, part 2, paragraph 18) where special categories are concerned._"),
        ("Show that filtering and monitoring work", "_To be decided._"),
        ("Answer for what was seen and done (access records)", "_To be decided._"),
        ("Report figures to governors, from five people up", "_To be decided._"),
    ];

    private static readonly (string Risk, string Measure)[] _risks =
    [
        ("Staff look at what they need not see", "Desks and roles decided by the database row by row; a look leaves a record in a chain; reasons asked for; `onlinesafety audit`"),
        ("Somebody is told of an alert about themselves", "Recipients and row-level policies leave out whom it may be about"),
        ("A stolen disk or backup", "What can name a child is sealed with a key of the school; keys apart from backups"),
        ("More is kept than needed", "Clocks for each kind of thing; only what is of concern becomes a row; the log is sealed and short; `onlinesafety retention show`"),
        ("A wrong judgement of a child", "Reasons with every alert; nothing closes or decides by itself; outcomes and precision; people decide"),
        ("Another school's data is shown", "Every table is under row-level security by school; tests try every command and route with two schools"),
        ("Something is deleted that is needed", "Legal hold; open alerts fall by no clock; a run that takes much waits for a person"),
        ("Rights of a child are not met in time", "`onlinesafety subject-access`, `onlinesafety erase`, each recorded"),
    ];

    /// <param name="fields">Contents of <c>schemas/fields.json</c>.</param>
    /// <param name="clocks">What holds where the school set nothing.</param>
    public static string Of(JsonElement fields, RetentionClocks clocks)
    {
        var page = new StringBuilder();
        page.AppendLine("# Data protection impact assessment: online safety monitoring").AppendLine()
            .AppendLine("A draft. What is in italics only the school can write; have the data protection officer read it before processing begins.").AppendLine();
        Section(page, "Who", "School, controller, data protection officer, who was asked (pupils, parents, staff): " + ToWrite);
        Section(page, "What happens", "Exports of the school's filtering and monitoring products come in, are judged by rules that are data and can be read, and what may be a concern becomes an alert that "
            + "people of the school answer. Everything else leaves counts without names, and raw records that are sealed and short-lived. No profile is made and no decision taken about a child.");
        page.AppendLine("## Purposes and legal bases").AppendLine().AppendLine("| Purpose | Legal basis |").AppendLine("| --- | --- |");
        foreach (var (purpose, basis) in _purposes)
        {
            page.AppendLine(CultureInfo.InvariantCulture, $"| {purpose} | {basis} |");
        }

        page.AppendLine();
        Section(page, "Necessity and proportion", ToWrite);
        page.AppendLine("## How long").AppendLine().AppendLine("Without a policy of the school's own (`onlinesafety retention show` says what holds):").AppendLine();
        foreach (var line in clocks.Words())
        {
            page.AppendLine(CultureInfo.InvariantCulture, $"- {line}");
        }

        page.AppendLine();
        Fields(page, fields);
        page.AppendLine("## Risks and measures").AppendLine().AppendLine("| Risk | Measure | Likelihood, severity, what is left |").AppendLine("| --- | --- | --- |");
        foreach (var (risk, measure) in _risks)
        {
            page.AppendLine(CultureInfo.InvariantCulture, $"| {risk} | {measure} | {ToWrite} |");
        }

        page.AppendLine();
        Section(page, "Decision", "Who decided, when, and when it is looked at again: " + ToWrite);
        return page.ToString();
    }

    private static void Section(StringBuilder page, string title, string text) => page.AppendLine(CultureInfo.InvariantCulture, $"## {title}").AppendLine().AppendLine(text).AppendLine();

    private static void Fields(StringBuilder page, JsonElement fields)
    {
        page.AppendLine("## What is stored").AppendLine()
            .AppendLine("Every column of every table. Sealed: with a key of the school. Hash: under a key of the school. Wrapped: by the master key. Plain: as it is, and why.").AppendLine();
        var reasons = fields.GetProperty("reasons");
        foreach (var table in fields.GetProperty("tables").EnumerateObject())
        {
            page.AppendLine(CultureInfo.InvariantCulture, $"### {table.Name}").AppendLine()
                .AppendLine(CultureInfo.InvariantCulture, $"{table.Value.GetProperty("what").GetString()}. Deleted by: {table.Value.GetProperty("clock").GetString()}.").AppendLine()
                .AppendLine("| Column | What | About | Kept | Why so |").AppendLine("| --- | --- | --- | --- | --- |");
            foreach (var column in table.Value.GetProperty("columns").EnumerateObject())
            {
                var (value, why) = (column.Value, reasons.GetProperty(column.Value.GetProperty("why").GetString()!).GetString());
                page.AppendLine(
                    CultureInfo.InvariantCulture,
                    $"| {column.Name} | {value.GetProperty("what").GetString()} | {value.GetProperty("about").GetString()} | {value.GetProperty("kept").GetString()} | {why} |");
            }

            page.AppendLine();
        }
    }
}
