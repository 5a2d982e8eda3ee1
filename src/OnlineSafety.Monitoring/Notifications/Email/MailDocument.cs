using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;

namespace OnlineSafety.Monitoring.Notifications.Email;

/// <summary>
/// What a mail says, once: headings, paragraphs, facts, lists, tables and links, rendered as text and as HTML, so that the
/// two parts cannot tell different stories. All text is encoded; nothing remote is ever referred to.
/// </summary>
internal sealed class MailDocument(string title)
{
    private readonly List<Block> _blocks = [];

    public string Title { get; } = Line(title);

    public MailDocument Heading(string text) => Add(new HeadingBlock(text));

    public MailDocument Paragraph(string text) => Add(new ParagraphBlock(text));

    public MailDocument Items(IReadOnlyList<string> items) => items.Count == 0 ? this : Add(new ListBlock(items));

    public MailDocument Facts(params IReadOnlyList<(string Name, string Value)> facts) =>
        Add(new TableBlock("", [], [.. facts.Select(f => new[] { f.Name, f.Value })]));

    public MailDocument Table(string caption, string[] columns, IReadOnlyList<string[]> rows) => Add(new TableBlock(caption, columns, rows));

    public MailDocument Link(string text, string address) => Add(new LinkBlock(text, address));

    public string ToText()
    {
        var text = new StringBuilder();
        text.Append(Title).Append('\n').Append('=', Math.Min(Title.Length, 72)).Append('\n');
        foreach (var block in _blocks)
        {
            text.Append('\n');
            block.WriteText(text);
        }

        return text.ToString();
    }

    public string ToHtml()
    {
        var html = new StringBuilder();
        html.Append("<!DOCTYPE html>\n<html lang=\"en-GB\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>")
            .Append(Encoded(Title))
            .Append("</title>\n<style>\nbody{font-family:Arial,Helvetica,sans-serif;font-size:16px;line-height:1.5;color:#0b0c0c;background:#ffffff;max-width:44em;margin:0 auto;padding:1em}\n")
            .Append("h1{font-size:1.4em;border-bottom:4px solid #1d4f91;padding-bottom:0.4em}h2{font-size:1.15em;margin-top:1.6em}ul{padding-left:1.2em}li{margin:0.3em 0}\n")
            .Append("table{border-collapse:collapse;width:100%;margin:0.5em 0 1em}caption{text-align:left;font-weight:bold;padding:0.6em 0 0.3em}\n")
            .Append("th,td{text-align:left;vertical-align:top;padding:0.35em 1em 0.35em 0;border-bottom:1px solid #b1b4b6;overflow-wrap:anywhere}thead th{overflow-wrap:normal;border-bottom-width:2px}tbody th{width:34%}\n")
            .Append("a{display:inline-block;background:#1d4f91;color:#ffffff;font-weight:bold;text-decoration:none;padding:0.6em 1.2em;border-radius:4px}\n</style>\n</head>\n<body>\n<main>\n<h1>")
            .Append(Encoded(Title)).Append("</h1>\n");
        WriteBlocks(html);
        return html.Append("</main>\n</body>\n</html>\n").ToString();
    }

    /// <summary>What stands below the title, for a page that has a frame and a style of its own.</summary>
    public string ToHtmlBlocks()
    {
        var html = new StringBuilder();
        WriteBlocks(html);
        return html.ToString();
    }

    private void WriteBlocks(StringBuilder html)
    {
        foreach (var block in _blocks)
        {
            block.WriteHtml(html);
        }
    }

    private MailDocument Add(Block block)
    {
        _blocks.Add(block);
        return this;
    }

    private static string Encoded(string text) => HtmlEncoder.Default.Encode(text);

    /// <summary>One line: control characters, bidi marks among them, become spaces, so that a name cannot forge a line of ours.</summary>
    internal static string Line(string text) =>
        string.Create(text.Length, text, static (span, source) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                var category = char.GetUnicodeCategory(source[i]);
                span[i] = category is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
                    ? ' '
                    : source[i];
            }
        });

    private abstract record Block
    {
        public abstract void WriteText(StringBuilder text);

        public abstract void WriteHtml(StringBuilder html);
    }

    private sealed record HeadingBlock(string Text) : Block
    {
        public override void WriteText(StringBuilder text) =>
            text.Append(Line(Text)).Append('\n').Append('-', Math.Min(Text.Length, 72)).Append('\n');

        public override void WriteHtml(StringBuilder html) => html.Append("<h2>").Append(Encoded(Line(Text))).Append("</h2>\n");
    }

    private sealed record ParagraphBlock(string Text) : Block
    {
        public override void WriteText(StringBuilder text) => text.Append(Line(Text)).Append('\n');

        public override void WriteHtml(StringBuilder html) => html.Append("<p>").Append(Encoded(Line(Text))).Append("</p>\n");
    }

    private sealed record LinkBlock(string Text, string Address) : Block
    {
        public override void WriteText(StringBuilder text) => text.Append(Line(Text)).Append(": ").Append(Line(Address)).Append('\n');

        public override void WriteHtml(StringBuilder html) =>
            html.Append("<p><a href=\"").Append(Encoded(Line(Address))).Append("\">").Append(Encoded(Line(Text))).Append("</a></p>\n");
    }

    private sealed record ListBlock(IReadOnlyList<string> Items) : Block
    {
        public override void WriteText(StringBuilder text)
        {
            foreach (var item in Items)
            {
                text.Append("- ").Append(Line(item)).Append('\n');
            }
        }

        public override void WriteHtml(StringBuilder html)
        {
            html.Append("<ul>\n");
            foreach (var item in Items)
            {
                html.Append("<li>").Append(Encoded(Line(item))).Append("</li>\n");
            }

            html.Append("</ul>\n");
        }
    }

    /// <summary>Without columns: facts, whose first cell is the row's header.</summary>
    private sealed record TableBlock(string Caption, string[] Columns, IReadOnlyList<string[]> Rows) : Block
    {
        public override void WriteText(StringBuilder text)
        {
            if (Caption.Length > 0)
            {
                text.Append(Line(Caption)).Append(":\n");
            }

            IReadOnlyList<string[]> all = Columns.Length > 0 ? [Columns, .. Rows] : Rows;
            foreach (var row in all)
            {
                for (var i = 0; i < row.Length; i++)
                {
                    var cell = Line(row[i]);
                    var width = i == row.Length - 1 ? 0 : all.Max(r => r[i].Length) + 2;
                    text.Append(cell).Append(' ', Math.Max(0, width - cell.Length));
                }

                text.Append('\n');
            }
        }

        public override void WriteHtml(StringBuilder html)
        {
            html.Append("<table>\n");
            if (Caption.Length > 0)
            {
                html.Append("<caption>").Append(Encoded(Line(Caption))).Append("</caption>\n");
            }

            if (Columns.Length > 0)
            {
                html.Append("<thead><tr>");
                foreach (var column in Columns)
                {
                    html.Append("<th scope=\"col\">").Append(Encoded(Line(column))).Append("</th>");
                }

                html.Append("</tr></thead>\n");
            }

            html.Append("<tbody>\n");
            foreach (var row in Rows)
            {
                html.Append("<tr><th scope=\"row\">").Append(Encoded(Line(row[0]))).Append("</th>");
                foreach (var cell in row.AsSpan(1))
                {
                    html.Append("<td>").Append(Encoded(Line(cell))).Append("</td>");
                }

                html.Append("</tr>\n");
            }

            html.Append("</tbody>\n</table>\n");
        }
    }
}
