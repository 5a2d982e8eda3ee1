namespace OnlineSafety.Monitoring.Normalization.Shapes.Mail;

/// <summary>Finds the events of a mail's text: rows below a header row, and blocks of labelled lines.</summary>
/// <param name="index">Name to slot.</param>
/// <param name="starts">Slots of labels that begin an event; none, and no separators: the first label that the mapping names, whenever it comes again.</param>
/// <param name="separators">Starts of lines that stand between events, possibly none.</param>
internal sealed class MailPlan(KeyIndex index, int[] starts, byte[][] separators)
{
    /// <summary>More in one mail is no alert: the rest is kept for review.</summary>
    public const int MostEvents = 1000;

    /// <summary>Fills <paramref name="blocks"/> in the text's order, and notes in <paramref name="seen"/> which names occur.</summary>
    public void Find(ReadOnlySpan<byte> text, List<MailBlock> blocks, bool[] seen)
    {
        blocks.Clear();
        var header = -1;
        var (labels, gap, again) = (false, -1, -1);
        for (var at = 0; at < text.Length && blocks.Count <= MostEvents;)
        {
            var (start, end) = (at, MailLine.EndOf(text, at));
            at = end + 1;
            var line = text[start..end];
            if (header >= 0 && line.Contains((byte)'\t'))
            {
                blocks.Add(new MailBlock(start, 0, header));
                continue;
            }

            header = IsHeader(line, seen) ? start : -1;
            if (header >= 0)
            {
                continue;
            }

            if (IsSeparator(line))
            {
                gap = labels ? start : -1;
                continue;
            }

            if (MailLine.Read(text, start, end, index) is { Slot: >= 0 } label)
            {
                seen[label.Slot] = true;
                var first = starts.Length == 0 && !labels;
                again = first && separators.Length == 0 ? label.Slot : again;
                if (first || gap >= 0 || label.Slot == again || Array.IndexOf(starts, label.Slot) >= 0)
                {
                    blocks.Add(new MailBlock(gap >= 0 ? gap : start, 0, -1));
                    gap = -1;
                }

                labels = true;
            }
        }

        if (blocks.Count == 0 && labels)
        {
            blocks.Add(new MailBlock(0, 0, -1));
        }

        for (var i = 0; i < blocks.Count; i++)
        {
            blocks[i] = blocks[i] with { End = i + 1 < blocks.Count ? blocks[i + 1].Start : text.Length };
        }
    }

    /// <summary>A row whose cells are all names, two or more of them.</summary>
    private bool IsHeader(ReadOnlySpan<byte> line, bool[] seen)
    {
        if (!line.Contains((byte)'\t'))
        {
            return false;
        }

        var (known, other) = (0, 0);
        foreach (var range in line.Split((byte)'\t'))
        {
            var cell = Utf8Text.Trim(line[range]).TrimEnd((byte)':');
            var slot = cell.IsEmpty ? -1 : index.Find(cell);
            known += slot >= 0 ? 1 : 0;
            other += slot < 0 && !cell.IsEmpty ? 1 : 0;
        }

        // A table may have columns that the mapping does not know; two cells of which one is known are a label and its value.
        if (known < 2 || known < other)
        {
            return false;
        }

        foreach (var range in line.Split((byte)'\t'))
        {
            if (index.Find(Utf8Text.Trim(line[range]).TrimEnd((byte)':')) is var slot and >= 0)
            {
                seen[slot] = true;
            }
        }

        return true;
    }

    private bool IsSeparator(ReadOnlySpan<byte> line)
    {
        var text = Utf8Text.Trim(line);
        foreach (var separator in separators)
        {
            if (text.StartsWith(separator))
            {
                return true;
            }
        }

        return false;
    }
}
