namespace OnlineSafety.Monitoring.Normalization.Shapes;

/// <summary>One column of a layout.</summary>
/// <param name="Slot">Where its value goes.</param>
/// <param name="Check">What it must look like.</param>
/// <param name="Loose">It may hold the separator itself: several pieces become one value.</param>
/// <param name="Last">The columns after a loose one are looked for from the end (true) or the start.</param>
internal readonly record struct Column(int Slot, ColumnCheck Check, bool Loose, bool Last);

/// <summary>
/// An order of columns. Fixed columns are anchored at both ends; what lies between two loose columns is found by its checks.
/// That reads lines whose free text holds the separator, which splitting alone cannot.
/// </summary>
internal sealed class Layout
{
    private readonly Column[] _columns;
    private readonly int[] _checked;
    private readonly int _looseMinimum;
    private readonly int _fixedCount;
    private readonly int _least;

    /// <param name="columns">In order.</param>
    /// <param name="looseMinimum">Pieces a loose column takes at least: 1 where blank columns are kept, 0 where runs of spaces separate.</param>
    /// <param name="least">Columns a line must have when the last ones may be missing and further ones may follow; 0 when neither may.</param>
    public Layout(Column[] columns, int looseMinimum, int least)
    {
        _least = least;
        _columns = columns;
        _checked = [.. Enumerable.Range(0, columns.Length).Where(i => !columns[i].Loose && columns[i].Check != ColumnCheck.None)];
        _looseMinimum = looseMinimum;
        _fixedCount = columns.Count(column => !column.Loose);
    }

    public int ColumnCount => _columns.Length;

    public int MinimumCount => _least > 0 ? _least : _fixedCount + ((_columns.Length - _fixedCount) * _looseMinimum);

    /// <summary>May a line have so many pieces?</summary>
    public bool Takes(int pieces) => pieces >= MinimumCount && (pieces == MinimumCount || _least > 0 || _fixedCount < _columns.Length);

    /// <summary>Assigns the pieces to the slots; false, with nothing assigned, when the layout does not apply.</summary>
    public bool TryAssign(Cells cells, ReadOnlySpan<Slice> pieces)
    {
        if (_least > 0)
        {
            return pieces.Length >= _least && TryAssignFirst(cells, pieces);
        }

        if (!Takes(pieces.Length))
        {
            return false;
        }

        // Where each column takes a piece at least, as many pieces as columns, as nearly every line has them, leave no choice.
        if (pieces.Length == _columns.Length && _looseMinimum == 1)
        {
            return TryAssignOneEach(cells, pieces);
        }

        // Slots are written only when every column has its place.
        Span<Range> places = stackalloc Range[_columns.Length];
        if (!Place(cells, pieces, places))
        {
            return false;
        }

        for (var i = 0; i < _columns.Length; i++)
        {
            var (start, length) = places[i].GetOffsetAndLength(pieces.Length);
            if (length > 0)
            {
                var first = pieces[start];
                var last = pieces[start + length - 1];
                cells.Add(_columns[i].Slot, length == 1 ? first : Join(first, last));
            }
        }

        return true;
    }

    private bool TryAssignOneEach(Cells cells, ReadOnlySpan<Slice> pieces)
    {
        foreach (var i in _checked)
        {
            if (!_columns[i].Check.Passes(cells.Bytes(pieces[i])))
            {
                return false;
            }
        }

        for (var i = 0; i < pieces.Length; i++)
        {
            cells.Add(_columns[i].Slot, pieces[i]);
        }

        return true;
    }

    /// <summary>As many columns as are there; further ones are kept by their number.</summary>
    private bool TryAssignFirst(Cells cells, ReadOnlySpan<Slice> pieces)
    {
        foreach (var i in _checked)
        {
            if (i < pieces.Length && !_columns[i].Check.Passes(cells.Bytes(pieces[i])))
            {
                return false;
            }
        }

        for (var i = 0; i < pieces.Length; i++)
        {
            if (i < _columns.Length)
            {
                cells.Add(_columns[i].Slot, pieces[i]);
            }
            else if (!cells.IsBlank(cells.Bytes(pieces[i])))
            {
                cells.AddExtra(cells.NumberedName(i), pieces[i]);
            }
        }

        return true;
    }

    /// <summary>True when the first checked column looks right: a line of this layout that went wrong, not a foreign one.</summary>
    public bool LooksLike(Cells cells, ReadOnlySpan<Slice> pieces)
    {
        for (var i = 0; i < _columns.Length && i < pieces.Length && !_columns[i].Loose; i++)
        {
            if (_columns[i].Check != ColumnCheck.None)
            {
                return _columns[i].Check.Passes(cells.Bytes(pieces[i]));
            }
        }

        return false;
    }

    private bool Place(Cells cells, ReadOnlySpan<Slice> pieces, Span<Range> places)
    {
        var piece = 0;
        var column = 0;
        while (column < _columns.Length)
        {
            if (!_columns[column].Loose)
            {
                if (piece >= pieces.Length || !_columns[column].Check.Passes(cells.Bytes(pieces[piece])))
                {
                    return false;
                }

                places[column++] = piece..++piece;
                continue;
            }

            var runEnd = RunEnd(column + 1);
            var start = Find(cells, pieces, column, runEnd, piece);
            if (start < 0)
            {
                return false;
            }

            places[column++] = piece..start;
            for (piece = start; column < runEnd; column++)
            {
                places[column] = piece..++piece;
            }
        }

        return piece == pieces.Length;
    }

    /// <summary>Where the fixed columns after a loose one begin, or -1.</summary>
    private int Find(Cells cells, ReadOnlySpan<Slice> pieces, int loose, int runEnd, int from)
    {
        var run = runEnd - loose - 1;
        var earliest = from + _looseMinimum;
        var latest = pieces.Length - run - Needed(runEnd);
        if (runEnd == _columns.Length)
        {
            // Nothing loose follows: the run stands at the end.
            earliest = Math.Max(earliest, latest);
        }

        var step = _columns[loose].Last ? -1 : 1;
        for (var at = step > 0 ? earliest : latest; at >= earliest && at <= latest; at += step)
        {
            if (RunPasses(cells, pieces, loose + 1, runEnd, at))
            {
                return at;
            }
        }

        return -1;
    }

    private bool RunPasses(Cells cells, ReadOnlySpan<Slice> pieces, int column, int runEnd, int piece)
    {
        for (; column < runEnd; column++, piece++)
        {
            if (!_columns[column].Check.Passes(cells.Bytes(pieces[piece])))
            {
                return false;
            }
        }

        return true;
    }

    private int RunEnd(int column)
    {
        while (column < _columns.Length && !_columns[column].Loose)
        {
            column++;
        }

        return column;
    }

    private int Needed(int column)
    {
        var needed = 0;
        for (; column < _columns.Length; column++)
        {
            needed += _columns[column].Loose ? _looseMinimum : 1;
        }

        return needed;
    }

    private static Slice Join(Slice first, Slice last) => first.Start >= 0
        ? new Slice(first.Start, last.Start + last.Length - first.Start)
        : new Slice(first.Start, ~last.Start + last.Length - ~first.Start);
}
