using System.Runtime.InteropServices;
using System.Text;
using OnlineSafety.Monitoring.Normalization.Shapes;

namespace OnlineSafety.Monitoring.Normalization;

/// <summary>What the names of columns say: whether they are those that a mapping expects, and which it does not speak of. One per normalizer.</summary>
internal sealed class ColumnNaming(Cells cells)
{
    private readonly List<string> _unknown = [];

    /// <summary>Columns of the table read last, by their names as sent, that its mapping does not speak of. Valid until the next record is read.</summary>
    public ReadOnlySpan<string> Unknown => CollectionsMarshal.AsSpan(_unknown);

    public void Forget() => _unknown.Clear();

    /// <summary>Takes in the header of a table that a mapping has opened.</summary>
    public void Note(Mapping mapping)
    {
        _unknown.Clear();
        if (mapping.Shape is not CsvShape)
        {
            return;
        }

        foreach (var (slot, name) in cells.Header)
        {
            if (slot < 0 && !name.IsEmpty)
            {
                _unknown.Add(Encoding.UTF8.GetString(cells.Bytes(name)));
            }
        }
    }

    /// <summary>A row of column names: told when no mapping expects it; null when none reads columns at all.</summary>
    public NormalizeResult? Read(Mapping[] pack, Slice body, in HeaderRow header, bool isLine)
    {
        NormalizeResult? result = pack.Length == 0 ? new NormalizeResult(NormalizeOutcome.Control, Reasons.ColumnNames, "", 0) : null;
        foreach (var mapping in pack)
        {
            cells.Body = body;
            switch (mapping.Shape.IsLine && !isLine ? null : mapping.Shape.Expects(cells, header))
            {
                case true:
                    Note(mapping);
                    return new NormalizeResult(NormalizeOutcome.Control, Reasons.ColumnNames, mapping.Label, 0);
                case false:
                    result = new NormalizeResult(NormalizeOutcome.Unreadable, Reasons.ColumnsChanged, "", 0);
                    break;
            }
        }

        return result;
    }
}
