using System.Globalization;
using System.Net;
using System.Text;

namespace OnlineSafety.Monitoring.Retention;

/// <summary>
/// A page of text for a person: built from plain strings, each of which is text in it and nothing else. It loads nothing, runs nothing and links nowhere, and its own
/// policy forbids a browser to do so.
/// </summary>
internal sealed class HtmlText
{
    private const string Style =
        "body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#111;background:#fff}h1{line-height:1.2}h2{border-bottom:2px solid #555;padding-bottom:.2rem;margin-top:2.5rem}"
        + "h3{margin-top:2rem}h4{margin:1.2rem 0 .2rem;font-size:1rem}dl{display:grid;grid-template-columns:minmax(9rem,28%) 1fr;gap:.2rem 1rem;margin:.4rem 0}dt{color:#444}dd{margin:0;overflow-wrap:anywhere;white-space:pre-wrap}"
        + "table{border-collapse:collapse;width:100%;margin:.6rem 0}caption{text-align:start;font-weight:600}td,th{border:1px solid #777;padding:.3rem .5rem;text-align:start;vertical-align:top;overflow-wrap:anywhere;white-space:pre-wrap}"
        + "section.entry{border-inline-start:3px solid #999;padding-inline-start:.8rem;margin:.8rem 0}@media print{body{margin:0;max-width:none;font-size:10pt}section.entry,tr,dl{break-inside:avoid}h2,h3,h4{break-after:avoid}}"
        + "@media (max-width:40rem){dl{grid-template-columns:1fr}dd{margin-bottom:.4rem}}";

    private readonly StringBuilder _page = new();
    private bool _inSection;

    public HtmlText(string title) => _page
        .Append("<!DOCTYPE html>\n<html lang=\"en-GB\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
        .Append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n<meta name=\"referrer\" content=\"no-referrer\">\n<title>")
        .Append(Escaped(title)).Append("</title>\n<style>").Append(Style).Append("</style>\n</head>\n<body>\n<main>\n<h1>").Append(Shown(title)).Append("</h1>\n");

    public HtmlText Section(string id, string heading)
    {
        _page.Append(_inSection ? "</section>\n" : "").Append("<section id=\"").Append(id).Append("\">\n<h2>").Append(Shown(heading)).Append("</h2>\n");
        _inSection = true;
        return this;
    }

    public HtmlText Heading(string words)
    {
        _page.Append("<h3>").Append(Shown(words)).Append("</h3>\n");
        return this;
    }

    public HtmlText Paragraph(string words)
    {
        _page.Append("<p>").Append(Shown(words)).Append("</p>\n");
        return this;
    }

    public HtmlText List(IReadOnlyList<string> items)
    {
        if (items.Count > 0)
        {
            _page.Append("<ul>\n");
            foreach (var item in items)
            {
                _page.Append("<li>").Append(Shown(item)).Append("</li>\n");
            }

            _page.Append("</ul>\n");
        }

        return this;
    }

    /// <summary>Names and values; what is empty is left out.</summary>
    public HtmlText Facts(IEnumerable<(string Name, string Value)> facts)
    {
        var given = facts.Where(fact => fact.Value.Length > 0).ToList();
        if (given.Count > 0)
        {
            _page.Append("<dl>\n");
            foreach (var (name, value) in given)
            {
                _page.Append("<dt>").Append(Shown(name)).Append("</dt><dd>").Append(Shown(value)).Append("</dd>\n");
            }

            _page.Append("</dl>\n");
        }

        return this;
    }

    public HtmlText Entry(string heading, IEnumerable<(string Name, string Value)> facts)
    {
        _page.Append("<section class=\"entry\">\n<h4>").Append(Shown(heading)).Append("</h4>\n");
        Facts(facts);
        _page.Append("</section>\n");
        return this;
    }

    public HtmlText Table(string caption, IReadOnlyList<string> heads, IEnumerable<IReadOnlyList<string>> rows)
    {
        _page.Append("<table>\n<caption>").Append(Shown(caption)).Append("</caption>\n<thead><tr>");
        foreach (var head in heads)
        {
            _page.Append("<th scope=\"col\">").Append(Shown(head)).Append("</th>");
        }

        _page.Append("</tr></thead>\n<tbody>\n");
        foreach (var row in rows)
        {
            _page.Append("<tr>");
            foreach (var cell in row)
            {
                _page.Append("<td>").Append(Shown(cell)).Append("</td>");
            }

            _page.Append("</tr>\n");
        }

        _page.Append("</tbody>\n</table>\n");
        return this;
    }

    public override string ToString() => _page + (_inSection ? "</section>\n" : "") + "</main>\n</body>\n</html>\n";

    // Isolated: text that runs from right to left does not reach beyond its place.
    private static string Shown(string text) => text.Length == 0 ? "" : $"<bdi>{Escaped(text)}</bdi>";

    // A mark that turns the text behind it round, or cannot be seen, is named: nothing typed passes for the page's own words.
    private static string Escaped(string text)
    {
        var shown = new StringBuilder(text.Length + 16);
        foreach (var rune in text.EnumerateRunes())
        {
            var plain = rune.Value is '\n' or '\t' || !(Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
            shown.Append(plain ? WebUtility.HtmlEncode(rune.ToString()) : string.Create(CultureInfo.InvariantCulture, $"[U+{rune.Value:X4}]"));
        }

        return shown.ToString();
    }
}
