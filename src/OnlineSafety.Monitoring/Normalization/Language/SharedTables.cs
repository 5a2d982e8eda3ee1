using OnlineSafety.Monitoring.Normalization.Fields;

namespace OnlineSafety.Monitoring.Normalization.Language;

/// <summary>What the folder <c>any</c> says for all packs.</summary>
internal sealed class SharedTables
{
    private readonly List<(byte[] Text, bool Whole)> _controlLines = [];

    public WebTables Web { get; private set; } = WebTables.Empty;

    public static SharedTables Read(IEnumerable<Place> files)
    {
        var tables = new SharedTables();
        foreach (var file in files)
        {
            file.Only("product", "title", "source", "mappings", "searchEngines", "secretParameters", "controlLines");
            foreach (var line in file.Items("controlLines"))
            {
                line.Only("equals", "startsWith");
                var whole = line.Find("equals") is not null;
                tables._controlLines.Add((Utf8Text.Of(line.Text(whole ? "equals" : "startsWith", required: true)), whole));
            }

            var engines = new List<SearchEngine>();
            foreach (var engine in file.Items("searchEngines"))
            {
                engine.Only("host", "anyTld", "path", "parameter");
                engines.Add(new SearchEngine(
                    Utf8Text.Of(engine.Text("host", required: true)),
                    engine.Flag("anyTld"),
                    Utf8Text.Of(engine.Text("path")),
                    Utf8Text.Of(engine.Text("parameter", required: true))));
            }

            var secrets = file.Texts("secretParameters").Distinct(StringComparer.OrdinalIgnoreCase);
            tables.Web = new WebTables([.. engines], new KeyIndex([.. secrets.Select(name => KeyValuePair.Create(name, 0))]));
        }

        return tables;
    }

    public bool IsControlLine(ReadOnlySpan<byte> message)
    {
        foreach (var (text, whole) in _controlLines)
        {
            if (whole ? message.SequenceEqual(text) : message.StartsWith(text))
            {
                return true;
            }
        }

        return false;
    }
}
