using System.Text;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Normalization.Shapes.Mail;

/// <summary>
/// A mail: labelled lines, two-column tables, tables with a header row, in plain text or HTML. Names are labels and columns; <c>^name</c> is a header field
/// of the mail or else a label before the first event; <see cref="Whole"/> is all the text of the event, so that nothing in it goes unread.
/// </summary>
/// <param name="index">Name to slot.</param>
/// <param name="plan">How the events are found.</param>
/// <param name="required">Each group of slots needs one of its names in the mail; else it is another mapping's.</param>
internal sealed class MailShape(KeyIndex index, MailPlan plan, int[][] required) : Shape
{
    /// <summary>Name of an event's whole text.</summary>
    public const string Whole = "*";

    // What is of the mail is read and copied for each of its events: capped, or a small mail could become gigabytes.
    private const int MostOfField = 1024;
    private const int MostLabelsOfMail = 64;
    private const int MostBeforeEvents = 32 * 1024;

    private readonly int _whole = index.Find("*"u8);

    public override bool IsLine => false;

    /// <summary>The mail's own reader has decoded it: there is nothing left to repair.</summary>
    public override bool NeedsUtf8 => true;

    public override Fit Open(Cells cells, string contentType)
    {
        var mail = cells.Mail;
        if (contentType != RecordEnvelope.Mail)
        {
            return Fit.Foreign;
        }

        if (!Find(mail, mail.Plain) && !Find(mail, mail.Html))
        {
            return Fit.Foreign;
        }

        cells.Mark();
        return Fit.Fits;

        bool Find(MailText mail, ReadOnlySpan<byte> text)
        {
            var seen = new bool[Names.Count];
            plan.Find(text, mail.Blocks, seen);
            if (mail.Blocks.Count == 0 || !HasAll(mail, seen))
            {
                return false;
            }

            mail.Copied = cells.Copy(text);
            CopyFields(cells);
            return true;
        }
    }

    public override bool Next(Cells cells)
    {
        var mail = cells.Mail;
        if (cells.Cursor >= mail.Blocks.Count)
        {
            return false;
        }

        if (cells.Cursor >= MailPlan.MostEvents)
        {
            cells.Broken = Reasons.MailTooManyEvents;
            return false;
        }

        cells.ClearValues(Names.Count);
        var block = mail.Blocks[cells.Cursor];
        var first = mail.Blocks[0];
        TakeFields(cells);
        TakeLabels(cells, 0, Math.Min(first.Header >= 0 ? first.Header : first.Start, MostBeforeEvents), ofMail: true);

        if (block.Header >= 0)
        {
            TakeRow(cells, block);
        }
        else
        {
            TakeLabels(cells, block.Start, block.End, ofMail: false);
        }

        var from = cells.Cursor == 0 ? 0 : block.Start;
        cells.Add(_whole, Cells.Part(mail.Copied, from, block.End - from));
        cells.Cursor++;
        return true;
    }

    private bool HasAll(MailText mail, bool[] seen)
    {
        foreach (var group in required)
        {
            if (!Array.Exists(group, slot => seen[slot] || (Names[slot][0] == '^' && mail.Header(Names[slot][1..]).Length > 0)))
            {
                return false;
            }
        }

        return true;
    }

    private void CopyFields(Cells cells)
    {
        cells.Mail.Fields.Clear();
        for (var slot = 0; slot < Names.Count; slot++)
        {
            if (Names[slot][0] != '^')
            {
                continue;
            }

            var name = Names[slot][1..];
            var isDate = name.Equals("Date", StringComparison.OrdinalIgnoreCase);
            var value = isDate ? cells.Mail.Date : Utf8Text.Cap(Encoding.UTF8.GetBytes(cells.Mail.Header(name)), MostOfField);
            cells.Mail.Fields.Add((slot, cells.Copy(value)));
        }
    }

    private static void TakeFields(Cells cells)
    {
        foreach (var (slot, value) in cells.Mail.Fields)
        {
            cells.Add(slot, value);
        }
    }

    private void TakeRow(Cells cells, in MailBlock block)
    {
        var text = cells.Bytes(cells.Mail.Copied);
        var header = new MailCells(text, block.Header);
        var row = new MailCells(text, block.Start);
        var column = 0;
        while (row.TryNext(out var value))
        {
            column++;
            var named = header.TryNext(out var name);
            var key = named ? text.Slice(name.Start, name.Length).TrimEnd((byte)':') : default;
            Place(cells, index.Find(key), Cells.Part(cells.Mail.Copied, name.Start, key.Length), Cells.Part(cells.Mail.Copied, value.Start, value.Length));
            cells.Long |= !named;
        }

        cells.Short = header.TryNext(out _);
    }

    private void TakeLabels(Cells cells, int from, int to, bool ofMail)
    {
        var text = cells.Bytes(cells.Mail.Copied);
        var open = MailLine.Prose;
        var (below, labels) = (false, 0);
        for (var at = from; at < to && (!ofMail || labels < MostLabelsOfMail);)
        {
            var (start, end) = (at, Math.Min(MailLine.EndOf(text, at), to));
            at = end + 1;
            var line = MailLine.Read(text, start, end, index);
            if (line.IsLabel)
            {
                Close(cells, open, ofMail);
                (open, below, labels) = (line, line.Value.IsEmpty, labels + 1);
            }
            else if (open.IsLabel && below && !Utf8Text.Trim(text[start..end]).IsEmpty)
            {
                // A value that begins below its label goes on to the next blank line; one beside it is that line alone.
                var valueStart = open.Value.IsEmpty ? start : open.Value.Start;
                open = open with { Value = new Slice(valueStart, start + text[start..end].TrimEnd(" \t\r"u8).Length - valueStart) };
            }
            else
            {
                Close(cells, open, ofMail);
                open = MailLine.Prose;
            }
        }

        Close(cells, open, ofMail);
    }

    private void Close(Cells cells, in MailLine open, bool ofMail)
    {
        if (!open.IsLabel || open.Value.IsEmpty)
        {
            return;
        }

        var label = Cells.Part(cells.Mail.Copied, open.Label.Start, open.Label.Length);
        var value = Cells.Part(cells.Mail.Copied, open.Value.Start, open.Value.Length);
        if (!ofMail)
        {
            Place(cells, open.Slot, label, value);
            return;
        }

        var name = cells.Bytes(label);
        var room = cells.Room(name.Length + 1);
        room[0] = (byte)'^';
        name.CopyTo(room[1..]);
        var key = cells.Keep(name.Length + 1);
        var slot = index.Find(cells.Bytes(key));
        if (slot < 0 || cells[slot].IsEmpty)
        {
            Place(cells, slot, key, Cells.Part(value, 0, Utf8Text.Cap(cells.Bytes(value), MostOfField).Length));
        }
    }

    private static void Place(Cells cells, int slot, Slice name, Slice value)
    {
        if (slot >= 0)
        {
            cells.Add(slot, value);
        }
        else if (!cells.IsBlank(cells.Bytes(value)))
        {
            cells.AddExtra(name, value);
        }
    }
}

/// <summary>The cells of one line, tabs between them, each trimmed.</summary>
internal ref struct MailCells(ReadOnlySpan<byte> text, int start)
{
    private readonly ReadOnlySpan<byte> _text = text;
    private readonly int _end = MailLine.EndOf(text, start);
    private int _at = start;

    public bool TryNext(out Slice cell)
    {
        cell = Slice.None;
        if (_at > _end)
        {
            return false;
        }

        var length = _text[_at.._end].IndexOf((byte)'\t');
        length = length < 0 ? _end - _at : length;
        var value = _text.Slice(_at, length);
        var lead = value.Length - value.TrimStart(" \r"u8).Length;
        cell = new Slice(_at + lead, value[lead..].TrimEnd(" \r"u8).Length);
        _at += length + 1;
        return true;
    }
}
