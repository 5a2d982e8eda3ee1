using OnlineSafety.Monitoring.Normalization;

namespace OnlineSafety.Monitoring.Web.Sources;

/// <summary>Why a record could not be read, as people say it.</summary>
internal static class UnreadWords
{
    private static readonly Dictionary<string, string> Words = new(StringComparer.Ordinal)
    {
        [Reasons.NoMapping] = "no mapping knows its form: a line of another kind, or the product is not the one that was chosen",
        [Reasons.Empty] = "it is empty",
        [Reasons.Heartbeat] = "a sign of life with grave words in it",
        [Reasons.ControlLine] = "a line that a relay writes by itself",
        [Reasons.BadJson] = "broken JSON",
        [Reasons.JsonTooDeep] = "JSON nested too deeply",
        [Reasons.JsonTooLong] = "JSON with too many records",
        [Reasons.DuplicateKey] = "JSON with the same key twice",
        [Reasons.BadUtf8] = "its characters are not UTF-8",
        [Reasons.LoneSurrogate] = "JSON with half a character",
        [Reasons.NoRecords] = "no record in it",
        [Reasons.NoFields] = "none of the fields that its mapping reads is in it: the product may have changed its export",
        [Reasons.ColumnCount] = "too few or too many columns",
        [Reasons.ColumnShape] = "a column holds what it should not: columns have shifted",
        [Reasons.OpenQuote] = "a quote that is not closed: the line was cut",
        [Reasons.HeaderRow] = "a header that is cut short",
        [Reasons.ColumnNames] = "the row of column names alone",
        [Reasons.ColumnsChanged] = "its columns are not called what the mapping expects: the product may have changed its export",
        [Reasons.LineTooLong] = "a line that is too long",
        [Reasons.MailBroken] = "a broken mail",
        [Reasons.MailTooDeep] = "a mail in a mail too many times",
        [Reasons.MailTooLong] = "a mail that is too long",
        [Reasons.MailTooManyParts] = "a mail of too many parts",
        [Reasons.MailTooManyEvents] = "a mail of too many events",
        [Reasons.MailAnswer] = "an automatic answer of a mailbox",
        [Reasons.OwnMail] = "a mail of this service itself",
        ["captured"] = "grave words, while it waits for a mapping",
        ["fault"] = "a fault of this service",
    };

    public static string Of(string reason) => Words.GetValueOrDefault(reason) ?? reason.Replace('_', ' ').Replace('-', ' ');
}
