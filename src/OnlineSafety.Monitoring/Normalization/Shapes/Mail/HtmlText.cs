using System.Text;
using MimeKit.Text;

namespace OnlineSafety.Monitoring.Normalization.Shapes.Mail;

/// <summary>
/// Reads HTML as lines of text. A row of a table with several cells is one line, a tab between the cells; whatever else begins or ends a block is a
/// line's end. Styles and scripts are left out, nothing else is, whatever a style sheet would hide.
/// </summary>
internal sealed class HtmlText
{
    /// <summary>Tables inside tables: deeper ones belong to the cell that they stand in.</summary>
    private const int DeepestTable = 64;

    private readonly StringBuilder _lines = new();
    private readonly StringBuilder _text = new();
    private readonly Stack<bool> _tables = new();
    private List<string>? _row;
    private int _tooDeep;
    private int _silent;
    private bool _space;

    public static string Read(string html)
    {
        var page = new HtmlText();
        var tokenizer = new HtmlTokenizer(new StringReader(html)) { DecodeCharacterReferences = true };
        while (tokenizer.ReadNextToken(out var token))
        {
            switch (token.Kind)
            {
                case HtmlTokenKind.Tag:
                    page.Take((HtmlTagToken)token);
                    break;
                case HtmlTokenKind.Data or HtmlTokenKind.CData when page._silent == 0:
                    page.Take(((HtmlDataToken)token).Data);
                    break;
            }
        }

        page.EndRow();
        return page._lines.ToString();
    }

    private void Take(string data)
    {
        foreach (var letter in data)
        {
            if (letter is ' ' or '\t' or '\r' or '\n' or '\f' or '\u00A0')
            {
                _space = true;
                continue;
            }

            if (_space && _text.Length > 0 && _text[^1] != '\n')
            {
                _text.Append(' ');
            }

            _space = false;
            _text.Append(letter);
        }
    }

    private void Take(HtmlTagToken tag)
    {
        switch (tag.Id)
        {
            case HtmlTagId.Style or HtmlTagId.Script:
                _silent = tag.IsEndTag ? Math.Max(0, _silent - 1) : _silent + (tag.IsEmptyElement ? 0 : 1);
                break;
            case HtmlTagId.Table:
                TakeTable(tag.IsEndTag);
                break;
            case HtmlTagId.TR:
                EndRow();
                _row = tag.IsEndTag ? null : [];
                break;
            case HtmlTagId.TD or HtmlTagId.TH:
                TakeCell(tag.IsEndTag);
                break;
            case HtmlTagId.Br or HtmlTagId.P or HtmlTagId.Div or HtmlTagId.LI or HtmlTagId.HR or HtmlTagId.UL or HtmlTagId.OL or HtmlTagId.DL or HtmlTagId.DT or HtmlTagId.DD
                or HtmlTagId.H1 or HtmlTagId.H2 or HtmlTagId.H3 or HtmlTagId.H4 or HtmlTagId.H5 or HtmlTagId.H6 or HtmlTagId.Pre or HtmlTagId.BlockQuote or HtmlTagId.Title
                or HtmlTagId.Section or HtmlTagId.Article or HtmlTagId.Header or HtmlTagId.Footer or HtmlTagId.Body or HtmlTagId.Head:
                Break();
                break;
        }
    }

    /// <summary>A table in a cell lays out: what its row held so far stands for itself, and so does what follows.</summary>
    private void TakeTable(bool ends)
    {
        EndRow();
        if (!ends && _tables.Count == DeepestTable)
        {
            _tooDeep++;
        }
        else if (!ends)
        {
            _tables.Push(_row is not null);
            _row = null;
        }
        else if (_tooDeep > 0)
        {
            _tooDeep--;
        }
        else if (_tables.TryPop(out var inRow))
        {
            _row = inRow ? [] : null;
        }
    }

    private void TakeCell(bool ends)
    {
        if (ends)
        {
            _row?.Add(Taken());
            return;
        }

        _row ??= [];
        if (_text.Length > 0)
        {
            // The end of the cell before it was left out.
            _row.Add(Taken());
        }
    }

    private void Break()
    {
        _space = false;
        if (_text.Length > 0 && _text[^1] != '\n')
        {
            _text.Append('\n');
        }
    }

    private string Taken()
    {
        var text = _text.ToString().Trim('\n', ' ');
        _text.Clear();
        _space = false;
        return text;
    }

    private void EndRow()
    {
        var rest = Taken();
        if (_row is null or { Count: 0 })
        {
            Line(rest);
            return;
        }

        if (rest.Length > 0)
        {
            _row.Add(rest);
        }

        var filled = _row.FindAll(cell => cell.Length > 0);
        if (filled.Count <= 1 && (_row.Count <= 2 || filled.TrueForAll(cell => cell.Contains('\n', StringComparison.Ordinal))))
        {
            // A cell that holds a whole page is no row.
            Line(filled.Count == 0 ? "" : filled[0]);
        }
        else
        {
            Line(string.Join('\t', _row.ConvertAll(cell => cell.Replace('\n', ' '))));
        }

        _row.Clear();
    }

    private void Line(string text)
    {
        if (text.Length > 0)
        {
            _lines.Append(text).Append('\n');
        }
    }
}
