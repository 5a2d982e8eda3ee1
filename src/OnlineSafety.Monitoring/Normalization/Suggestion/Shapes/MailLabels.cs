using System.Text.Json.Nodes;

namespace OnlineSafety.Monitoring.Normalization.Suggestion.Shapes;

/// <summary>
/// Mails with labelled lines. Only labels that products use are taken for labels: in a mail whatever stands before a colon looks like one, also what a
/// child wrote. Mails whose labels stand in a table of HTML alone show none here and stay for review.
/// </summary>
internal static class MailLabels
{
    private const int Longest = 40;

    public static ShapeGroup? Describe(List<RecordText> records, int[] indexes, Vocabulary vocabulary)
    {
        var labels = records.SelectMany(record => LabelsOf(record.Text, vocabulary)).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        return labels.Count == 0 ? null : new ShapeGroup(
            ShapeGroup.Mail, "mails with labelled lines", new JsonObject { ["type"] = ShapeGroup.Mail, ["requires"] = new JsonArray(MappingWriter.Strings(labels)) }, indexes);
    }

    private static IEnumerable<string> LabelsOf(string mail, Vocabulary vocabulary)
    {
        var inBody = false;
        foreach (var line in mail.Split('\n'))
        {
            // The header ends at the first blank line; it has its own names.
            inBody |= line.Trim().Length == 0;
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (inBody && colon is > 1 and <= Longest && vocabulary.IsKnownName(new ColumnName(line[..colon].Trim())))
            {
                yield return line[..colon].Trim();
            }
        }
    }
}
