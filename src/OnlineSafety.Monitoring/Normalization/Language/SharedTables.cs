using OnlineSafety.Monitoring.Normalization.Fields;

namespace OnlineSafety.Monitoring.Normalization.Language;

/// <summary>What the folder <c>any</c> says for all packs.</summary>
internal sealed class SharedTables
{
    private readonly List<byte[]> _controlLines = [];
    private readonly List<(byte[] Before, byte[] After)> _repeated = [];

    public WebTables Web { get; private set; } = WebTables.Empty;

    /// <summary>What products call their columns, beside the names that packs speak of.</summary>
    public string[] ColumnNames { get; private set; } = [];

    public Notices Notices { get; private set; } = Notices.None;

    public static SharedTables Read(IEnumerable<Place> files)
    {
        var tables = new SharedTables();
        foreach (var file in files)
        {
            file.Only("product", "title", "source", "mappings", "searchEngines", "secretParameters", "controlLines", "repeatedLines", "columnNames", "notices");
            foreach (var line in file.Items("controlLines"))
            {
                line.Only("equals");
                tables._controlLines.Add(Utf8Text.Of(line.Text("equals", required: true)));
            }

            foreach (var line in file.Items("repeatedLines"))
            {
                line.Only("before", "after");
                tables._repeated.Add((Utf8Text.Of(line.Text("before", required: true)), Utf8Text.Of(line.Text("after", required: true))));
            }

            tables.ColumnNames = [.. file.Texts("columnNames")];
            if (file.Find("notices") is { } notices)
            {
                notices.Only("forms", "quoting");
                tables.Notices = new Notices([.. notices.Texts("forms").Select(form => WordEntry.Of(form, 0))], [.. notices.Texts("quoting").Select(Utf8Text.Of)]);
            }

            var engines = new List<SearchEngine>();
            foreach (var engine in file.Items("searchEngines"))
            {
                engine.Only("host", "anyTld", "path", "parameter", "autosuggest");
                engines.Add(new SearchEngine(
                    Utf8Text.Of(engine.Text("host", required: true)),
                    engine.Flag("anyTld"),
                    Utf8Text.Of(engine.Text("path")),
                    Utf8Text.Of(engine.Text("parameter", required: true)),
                    engine.Flag("autosuggest")));
            }

            var secrets = file.Texts("secretParameters").Distinct(StringComparer.OrdinalIgnoreCase);
            tables.Web = new WebTables([.. engines], new KeyIndex([.. secrets.Select(name => KeyValuePair.Create(name, 0))]));
        }

        return tables;
    }

    /// <summary>Whole lines only: text that somebody wrote behind such words must not vanish.</summary>
    public bool IsControlLine(ReadOnlySpan<byte> message)
    {
        foreach (var pattern in _controlLines)
        {
            if (Leading(message, pattern) == message.Length)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A message that a relay wraps into words of its own; itself when it does not.</summary>
    public Range Unwrapped(ReadOnlySpan<byte> message)
    {
        foreach (var (before, after) in _repeated)
        {
            if (Leading(message, before) is var start and > 0)
            {
                // Without its end it was cut: what is left is still the message.
                var end = message.Length - (message[start..].EndsWith(after) ? after.Length : 0);
                return start..end;
            }
        }

        return ..;
    }

    /// <summary>Bytes that the pattern takes from the start, or -1; <c>#</c> in it is a number, and letters are of any case.</summary>
    private static int Leading(ReadOnlySpan<byte> text, ReadOnlySpan<byte> pattern)
    {
        var at = 0;
        foreach (var sign in pattern)
        {
            var digits = 0;
            while (sign == '#' && at + digits < text.Length && char.IsAsciiDigit((char)text[at + digits]))
            {
                digits++;
            }

            if (digits == 0 && (at == text.Length || !Utf8Text.EqualsIgnoreCase(text.Slice(at, 1), [sign])))
            {
                return -1;
            }

            at += Math.Max(digits, 1);
        }

        return at;
    }
}
