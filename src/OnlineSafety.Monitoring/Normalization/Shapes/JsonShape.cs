using System.Text.Json;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Normalization.Shapes;

/// <summary>A step of the paths a mapping names, as a tree: one walk over a record finds all of them.</summary>
internal sealed class JsonStep(KeyIndex children, JsonStep[] steps, int slot)
{
    /// <summary>The slot of a path that ends here, or -1.</summary>
    public int Slot { get; } = slot;

    public JsonStep? Child(ReadOnlySpan<byte> key) => children.Find(key) is var index and >= 0 ? steps[index] : null;
}

/// <summary>
/// A JSON text with one record or a list of them. Arrays on the way of a path are looked through, so <c>tags.name</c> is the list of
/// all names; a scalar beside the list of records is known as <c>^name</c>.
/// </summary>
/// <param name="lists">Where the records may be, first hit wins; an empty path is the root.</param>
/// <param name="record">Paths below a record.</param>
/// <param name="root">Paths of the scalars of the root.</param>
internal sealed class JsonShape(byte[][][] lists, JsonStep record, JsonStep root) : Shape
{
    // Paths and the root's scalars are copied for every record of a list: capped, or a small body could become gigabytes.
    private const int MaximumPart = 256;
    private const int MaximumRootValue = 1024;

    public override bool IsLine => false;

    public override bool NeedsUtf8 => true;

    public override Fit Open(Cells cells, string contentType)
    {
        var text = cells.Bytes(cells.Body).TrimStart(" \t\r\n"u8);
        var declared = contentType is RecordEnvelope.Json or RecordEnvelope.NdJson;
        if (text.IsEmpty || text[0] is not ((byte)'{' or (byte)'['))
        {
            return declared ? Break(cells, Reasons.BadJson) : Fit.Foreign;
        }

        // Layout holds the node of the records, Cursor the next one of them.
        var reason = cells.Json.Read(cells);
        if (reason.Length > 0)
        {
            return Break(cells, reason);
        }

        foreach (var path in lists)
        {
            if (Walk(cells, path) is var found and >= 0)
            {
                cells.Layout = found;
                cells.Cursor = cells.Json[found].Kind == JsonTokenType.StartArray ? found + 1 : found;
                return Fit.Fits;
            }
        }

        return Break(cells, Reasons.NoRecords);
    }

    public override bool Next(Cells cells)
    {
        var at = cells.Cursor;
        if (at >= cells.Json[cells.Layout].End)
        {
            return false;
        }

        cells.ClearValues(Names.Count);
        cells.Cursor = cells.Json[at].End;
        Take(cells, at, record, Slice.None);
        if (cells.Layout > 0)
        {
            TakeRootScalars(cells);
        }

        return true;
    }

    private static int Walk(Cells cells, byte[][] path)
    {
        var json = cells.Json;
        var at = 0;
        foreach (var key in path)
        {
            var found = -1;
            for (var child = at + 1; json[at].Kind == JsonTokenType.StartObject && child < json[at].End; child = json[child].End)
            {
                if (Utf8Text.EqualsIgnoreCase(cells.Bytes(json[child].Key), key))
                {
                    found = child;
                }
            }

            if (found < 0)
            {
                return -1;
            }

            at = found;
        }

        return json[at].Kind is JsonTokenType.StartArray or JsonTokenType.StartObject ? at : -1;
    }

    private static void Take(Cells cells, int node, JsonStep? step, Slice path)
    {
        var json = cells.Json;
        var (kind, _, value, end) = json[node];
        switch (kind)
        {
            case JsonTokenType.StartArray:
                for (var child = node + 1; child < end; child = json[child].End)
                {
                    Take(cells, child, step, path);
                }

                break;
            case JsonTokenType.StartObject:
                for (var child = node + 1; child < end; child = json[child].End)
                {
                    var key = json[child].Key;
                    Take(cells, child, step?.Child(cells.Bytes(key)), path.IsEmpty ? key : Append(cells, path, key));
                }

                break;
            default:
                Place(cells, step, path, value);
                break;
        }
    }

    private void TakeRootScalars(Cells cells)
    {
        var json = cells.Json;
        for (var child = 1; json[0].Kind == JsonTokenType.StartObject && child < json[0].End; child = json[child].End)
        {
            if (json[child].Kind is not (JsonTokenType.StartArray or JsonTokenType.StartObject))
            {
                var key = json[child].Key;
                var value = json[child].Value;
                value = Cells.Part(value, 0, Utf8Text.Cap(cells.Bytes(value), MaximumRootValue).Length);
                Place(cells, root.Child(cells.Bytes(key)), Append(cells, Slice.None, key), value);
            }
        }
    }

    private static void Place(Cells cells, JsonStep? step, Slice path, Slice value)
    {
        if (value.IsEmpty)
        {
            return;
        }

        if (step is { Slot: >= 0 })
        {
            cells.Add(step.Slot, value);
        }
        else
        {
            cells.AddExtra(path, value);
        }
    }

    /// <summary><c>path.key</c>; a key of the root, which has no path, becomes <c>^key</c>.</summary>
    private static Slice Append(Cells cells, Slice path, Slice key)
    {
        var start = Utf8Text.Cap(cells.Bytes(path), MaximumPart);
        var end = Utf8Text.Cap(cells.Bytes(key), MaximumPart);
        var room = cells.Room(start.Length + 1 + end.Length);
        start.CopyTo(room);
        room[start.Length] = path.IsEmpty ? (byte)'^' : (byte)'.';
        end.CopyTo(room[(start.Length + 1)..]);
        return cells.Keep(start.Length + 1 + end.Length);
    }
}
