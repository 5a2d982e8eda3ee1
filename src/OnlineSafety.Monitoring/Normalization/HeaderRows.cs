using System.Buffers;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Normalization;

/// <summary>A row of column names at the beginning of a text.</summary>
/// <param name="Columns">How many; 0: the first row holds values.</param>
/// <param name="Start">Where it begins.</param>
/// <param name="End">Where its line ends.</param>
/// <param name="IsAlone">No row follows.</param>
internal readonly record struct HeaderRow(int Columns, int Start, int End, bool IsAlone)
{
    public bool IsThere => Columns > 0;
}

/// <summary>
/// Tells a row of column names from a row of values by the names that products are known to give their columns. What stands in such a row nobody typed.
/// At least half of its cells must be known, none may look like a value, and no other may have the length of a sentence: what is in doubt is read as what somebody wrote.
/// </summary>
internal sealed class HeaderRows(KeyIndex names)
{
    private const int LeastColumns = 3;
    private const int LongestName = 48;
    private const int LongestRow = 8192;

    /// <summary>Of a name that is not known: more words may be somebody's.</summary>
    private const int MostWords = 3;

    private static readonly SearchValues<byte> Separators = SearchValues.Create(",;\t|"u8);

    /// <summary>In addresses, accounts, hosts, times and sentences, and in no name of a column.</summary>
    private static readonly SearchValues<byte> OfValues = SearchValues.Create("@\\=:.!<>{}[]"u8);

    private static readonly byte[] Bom = [0xEF, 0xBB, 0xBF];

    public HeaderRow Read(ReadOnlySpan<byte> text)
    {
        var start = text.StartsWith(Bom) ? Bom.Length : 0;
        while (start < text.Length && text[start] <= ' ')
        {
            start++;
        }

        // Nearly every row of values ends here: it begins with a time, or has a long or a dotted word first.
        var first = start < text.Length && text[start] == '"' ? start + 1 : start;
        if (first == text.Length || !char.IsAsciiLetter((char)text[first]) || !text[first..Math.Min(text.Length, first + LongestName + 2)].ContainsAny(Separators))
        {
            return default;
        }

        var length = text[start..].IndexOfAny((byte)'\r', (byte)'\n');
        var row = length < 0 ? text[start..] : text.Slice(start, length);
        return row.Length <= LongestRow && ColumnsOf(row) is var columns and > 0
            ? new HeaderRow(columns, start, start + row.Length, Utf8Text.Trim(text[(start + row.Length)..]).IsEmpty)
            : default;
    }

    /// <summary>The record's bytes with the row blanked that it begins with, if that is one of column names.</summary>
    public ReadOnlyMemory<byte> Without(in RawRecord record)
    {
        var text = record.Payload.Span;
        var start = record.Envelope.IsLine ? SyslogMessage.Parse(text, record.ReceivedAt, TimeZoneInfo.Utc).MessageRange.GetOffsetAndLength(text.Length).Offset : 0;
        var header = Read(text[start..]);
        if (!header.IsThere)
        {
            return record.Payload;
        }

        var rest = text.ToArray();
        rest.AsSpan(start + header.Start, header.End - header.Start).Fill((byte)' ');
        return rest;
    }

    private int ColumnsOf(ReadOnlySpan<byte> row)
    {
        byte? separator = null;
        var (columns, named, known) = (0, 0, 0);
        for (var at = 0; at <= row.Length;)
        {
            var quoted = at < row.Length && row[at] == '"';
            var end = quoted ? row[(at + 1)..].IndexOf((byte)'"') + at + 2 : at;
            if (quoted && end < at + 2)
            {
                return 0;
            }

            var rest = separator is { } sign ? row[end..].IndexOf(sign) : row[end..].IndexOfAny(Separators);
            end = rest < 0 ? row.Length : end + rest;
            separator ??= end < row.Length ? row[end] : (byte)0;
            var name = Utf8Text.Trim(Utf8Text.Trim(row[at..end]).Trim((byte)'"'));
            columns++;
            if (!name.IsEmpty)
            {
                if (!IsName(name))
                {
                    return 0;
                }

                named++;
                if (names.Find(name) >= 0)
                {
                    known++;
                }
                else if (name.Count((byte)' ') >= MostWords)
                {
                    return 0;
                }
            }

            at = end + 1;
        }

        return named >= LeastColumns && known * 2 >= named ? columns : 0;
    }

    private static bool IsName(ReadOnlySpan<byte> cell) => cell.Length <= LongestName && char.IsAsciiLetter((char)cell[0]) && !cell.ContainsAny(OfValues);
}
