using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Intake.Files;

/// <summary>
/// A JSON file is one record, like a JSON body; a larger one must be an array, whose elements are records. Only the cuts are looked for:
/// whether an element is JSON is for the mapping to say, which keeps what is not.
/// </summary>
internal sealed class JsonChunks(FileWindow window) : FileChunks
{
    private Part _part = Part.Beginning;
    private int _scanned;
    private int _depth;
    private bool _inString;

    private enum Part
    {
        Beginning,
        Elements,
        AfterArray,
        End,
    }

    private static ReadOnlySpan<byte> Blanks => " \t\r\n"u8;

    public override async ValueTask<bool> NextAsync(
        RecordBatch batch, RecordEnvelope envelope, DateTimeOffset receivedAt, CancellationToken cancellationToken)
    {
        if (_part == Part.Beginning)
        {
            await window.FillAsync(MaxRecordBytes + 1, cancellationToken);
            if (window.AtEnd && window.Unread.Length <= MaxRecordBytes)
            {
                TakeWhole(batch, envelope, receivedAt);
                return batch.Count > 0;
            }

            OpenArray();
        }

        while (_part != Part.End && !IsFull(batch))
        {
            // One byte more tells whether the file ends there.
            await window.FillAsync(MaxRecordBytes + 1, cancellationToken);
            TakeNext(batch, envelope, receivedAt);
        }

        return batch.Count > 0;
    }

    private void TakeWhole(RecordBatch batch, RecordEnvelope envelope, DateTimeOffset receivedAt)
    {
        _part = Part.End;
        var text = window.Unread;
        Add(batch, envelope, receivedAt, RecordFlags.None, text);
        window.Take(text.Length);
    }

    private void OpenArray()
    {
        var start = window.Unread.IndexOfAnyExcept(Blanks);
        if (start < 0 || window.Unread[start] != '[')
        {
            throw new FileRefusedException(FileFault.JsonTooLarge);
        }

        window.Take(start + 1);
        _part = Part.Elements;
    }

    /// <summary>One element or piece; a whole one, if it is not too long, is in memory.</summary>
    private void TakeNext(RecordBatch batch, RecordEnvelope envelope, DateTimeOffset receivedAt)
    {
        var text = window.Unread[..Math.Min(window.Unread.Length, MaxRecordBytes)];
        var isLast = window.AtEnd && text.Length == window.Unread.Length;
        if (_part == Part.AfterArray)
        {
            // Nothing should be here. What is, is kept.
            Add(batch, envelope, receivedAt, RecordFlags.BadFraming, text);
            window.Take(text.Length);
            _part = isLast ? Part.End : Part.AfterArray;
            return;
        }

        if (Scan(text))
        {
            Add(batch, envelope, receivedAt, RecordFlags.None, text[.._scanned]);
            _part = text[_scanned] == ']' ? Part.AfterArray : Part.Elements;
            window.Take(_scanned + 1);
        }
        else
        {
            // Too long for a record, or the file ends inside its array.
            Add(batch, envelope, receivedAt, RecordFlags.Truncated, text);
            _part = isLast ? Part.End : Part.Elements;
            window.Take(text.Length);
        }

        _scanned = 0;
    }

    /// <summary>Moves on to the comma or bracket that ends the element; false when none is there. Depth is kept over the pieces of one element.</summary>
    private bool Scan(ReadOnlySpan<byte> text)
    {
        for (; _scanned < text.Length; _scanned++)
        {
            if (_inString)
            {
                SkipString(text);
                continue;
            }

            switch (text[_scanned])
            {
                case (byte)'"':
                    _inString = true;
                    break;
                case (byte)'{' or (byte)'[':
                    _depth++;
                    break;
                case (byte)',' or (byte)']' when _depth == 0:
                    return true;
                case (byte)'}' or (byte)']' when _depth > 0:
                    _depth--;
                    break;
            }
        }

        return false;
    }

    // To the closing quote, or to the last byte. An escape cut by the end of a piece can end the string early: that element is broken anyway.
    private void SkipString(ReadOnlySpan<byte> text)
    {
        while (_scanned < text.Length)
        {
            var next = text[_scanned..].IndexOfAny((byte)'"', (byte)'\\');
            if (next < 0)
            {
                _scanned = text.Length;
                return;
            }

            _scanned += next;
            if (text[_scanned] == '"')
            {
                _inString = false;
                return;
            }

            _scanned += 2;
        }
    }

    private void Add(RecordBatch batch, RecordEnvelope envelope, DateTimeOffset receivedAt, RecordFlags flags, ReadOnlySpan<byte> text)
    {
        var record = text.Trim(Blanks);
        if (!record.IsEmpty)
        {
            batch.Add(envelope, receivedAt, flags, record);
            Lines++;
        }
    }
}
