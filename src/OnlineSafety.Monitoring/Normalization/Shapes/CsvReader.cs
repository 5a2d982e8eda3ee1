namespace OnlineSafety.Monitoring.Normalization.Shapes;

/// <summary>
/// Reads cells of comma-separated text (RFC 4180): doubled quotes, separators and line breaks inside quotes, any line end. Spaces
/// around a quoted cell are tolerated, since real exports have them.
/// </summary>
internal ref struct CsvReader(Cells cells, Slice body, byte separator)
{
    private int _at;
    private bool _cellPending = true;

    /// <summary>Offset of the next row.</summary>
    public int Position { readonly get => _at; set => _at = value; }

    /// <summary>A quoted cell ran to the end of the text.</summary>
    public bool OpenQuote { get; private set; }

    /// <summary>Begins a row; false at the end. Blank lines are passed over.</summary>
    public bool TryReadRow()
    {
        var text = cells.Bytes(body);
        while (_at < text.Length && text[_at] is (byte)'\r' or (byte)'\n')
        {
            _at++;
        }

        _cellPending = _at < text.Length;
        return _cellPending;
    }

    /// <summary>The next cell of the row; false when the row is over.</summary>
    public bool TryReadCell(out Slice cell)
    {
        cell = default;
        if (!_cellPending)
        {
            return false;
        }

        var text = cells.Bytes(body);
        var start = _at;
        while (start < text.Length && text[start] == ' ')
        {
            start++;
        }

        if (start < text.Length && text[start] == '"')
        {
            return ReadQuoted(text, start + 1, out cell);
        }

        var length = text[_at..].IndexOfAny(separator, (byte)'\r', (byte)'\n');
        length = length < 0 ? text.Length - _at : length;
        cell = Trimmed(text, _at, length);
        EndCell(text, _at + length);
        return true;
    }

    private bool ReadQuoted(ReadOnlySpan<byte> text, int start, out Slice cell)
    {
        var doubled = false;
        var at = start;
        while (true)
        {
            var quote = text[at..].IndexOf((byte)'"');
            if (quote < 0)
            {
                OpenQuote = true;
                _cellPending = false;
                cell = default;
                return false;
            }

            at += quote;
            if (at + 1 < text.Length && text[at + 1] == '"')
            {
                doubled = true;
                at += 2;
                continue;
            }

            break;
        }

        cell = doubled ? Undouble(text[start..at]) : Cells.Part(body, start, at - start);

        // What stands between the closing quote and the separator is noise of the writer.
        var rest = text[(at + 1)..].IndexOfAny(separator, (byte)'\r', (byte)'\n');
        EndCell(text, rest < 0 ? text.Length : at + 1 + rest);
        return true;
    }

    private void EndCell(ReadOnlySpan<byte> text, int end)
    {
        _cellPending = end < text.Length && text[end] == separator;
        _at = _cellPending ? end + 1 : end;
    }

    private readonly Slice Trimmed(ReadOnlySpan<byte> text, int start, int length)
    {
        while (length > 0 && text[start] == ' ')
        {
            start++;
            length--;
        }

        while (length > 0 && text[start + length - 1] == ' ')
        {
            length--;
        }

        return Cells.Part(body, start, length);
    }

    private readonly Slice Undouble(ReadOnlySpan<byte> quoted)
    {
        var room = cells.Room(quoted.Length);
        var written = 0;
        for (var i = 0; i < quoted.Length; i++)
        {
            room[written++] = quoted[i];
            i += quoted[i] == '"' ? 1 : 0;
        }

        return cells.Keep(written);
    }
}
