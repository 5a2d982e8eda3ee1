namespace OnlineSafety.Monitoring.Normalization;

/// <summary>What became of a record.</summary>
internal enum NormalizeOutcome : byte
{
    /// <summary>A mapping claimed and read it; zero events are possible (an empty list).</summary>
    Mapped,

    /// <summary>A heartbeat, a row of column names alone or other control line: feeds source health, holds no event.</summary>
    Control,

    /// <summary>No mapping of the product claims it.</summary>
    Unclaimed,

    /// <summary>Of a shape that a mapping expects, but broken, or with nothing that its fields read. Events before the break, or beside such, were handed over.</summary>
    Unreadable,
}

/// <summary>Result of normalising one record.</summary>
/// <param name="Outcome">What became of it.</param>
/// <param name="Reason">Stable lower-case code of <see cref="Reasons"/>; empty when mapped.</param>
/// <param name="Mapping"><c>id@version</c> of the mapping that claimed it (or came nearest, when unreadable), else empty.</param>
/// <param name="Events">Events handed to the sink.</param>
internal readonly record struct NormalizeResult(NormalizeOutcome Outcome, string Reason, string Mapping, int Events);

/// <summary>The reason codes: stable, counted, shown to whoever connects a product.</summary>
internal static class Reasons
{
    public const string NoMapping = "no-mapping";
    public const string Empty = "empty";
    public const string Heartbeat = "heartbeat";
    public const string ControlLine = "control-line";
    public const string BadJson = "bad-json";
    public const string JsonTooDeep = "json-too-deep";
    public const string JsonTooLong = "json-too-long";
    public const string DuplicateKey = "duplicate-key";
    public const string BadUtf8 = "bad-utf8";
    public const string LoneSurrogate = "lone-surrogate";
    public const string NoRecords = "no-records";
    public const string NoFields = "no-fields";
    public const string ColumnCount = "column-count";
    public const string ColumnShape = "column-shape";
    public const string OpenQuote = "open-quote";
    public const string HeaderRow = "header-row";
    public const string ColumnNames = "column-names";
    public const string ColumnsChanged = "columns-changed";
    public const string LineTooLong = "line-too-long";
    public const string MailBroken = "mail-broken";
    public const string MailTooDeep = "mail-too-deep";
    public const string MailTooLong = "mail-too-long";
    public const string MailTooManyParts = "mail-too-many-parts";
    public const string MailTooManyEvents = "mail-too-many-events";
    public const string MailAnswer = "mail-answer";
    public const string OwnMail = "own-mail";
}
