using System.Text.Json;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Normalization.Shapes;

/// <summary>
/// A JSON text with one record or lists of them, also inside each other. Arrays on the way of a path are looked through, so
/// <c>tags.name</c> is the list of all names; what stands beside and above the records is known as <c>^name</c>, the nearest first.
/// </summary>
/// <param name="lists">Where the records may be, first hit wins; an empty path is the root.</param>
/// <param name="record">Paths below a record.</param>
/// <param name="above">Paths in the objects that a record stands in.</param>
internal sealed class JsonShape(RecordStep[][] lists, JsonStep record, JsonStep above) : Shape
{
    // Paths and what stands above the records are copied for every record of a list: capped, or a small body could become gigabytes. The first record below it has it whole.
    private const int MaximumPart = 256;
    private const int MaximumValueAbove = 1024;

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

        var reason = cells.Json.Read(cells);
        if (reason.Length > 0)
        {
            return Break(cells, reason);
        }

        foreach (var path in lists)
        {
            cells.Records.Clear();
            var missing = false;
            if (Collect(cells, 0, path, ref missing))
            {
                // Some of the objects on the way had no such list: what they hold was not read, and is not dropped unseen.
                cells.Layout = missing ? 1 : 0;
                return Fit.Fits;
            }
        }

        return Break(cells, Reasons.NoRecords);
    }

    public override bool Next(Cells cells)
    {
        if (cells.Cursor == cells.Records.Count)
        {
            cells.Broken = cells.Layout == 1 ? Reasons.NoRecords : "";
            return false;
        }

        cells.ClearValues(Names.Count);
        var at = cells.Records[cells.Cursor++];
        Take(cells, at, record, Slice.None, int.MaxValue);
        TakeAbove(cells, at);
        return true;
    }

    /// <summary>Adds the records below a node; false when the path leads nowhere.</summary>
    private static bool Collect(Cells cells, int node, ReadOnlySpan<RecordStep> path, ref bool missing)
    {
        var json = cells.Json;
        var (kind, _, _, end, _) = json[node];
        if (kind == JsonTokenType.StartArray)
        {
            return path.Length > 0 && path[0].Key.Length == 0
                ? CollectElement(cells, node, path, ref missing)
                : CollectAll(cells, node, path, ref missing);
        }

        if (path.IsEmpty)
        {
            cells.Records.Add(node);
            return true;
        }

        for (var child = node + 1; kind == JsonTokenType.StartObject && child < end; child = json[child].End)
        {
            if (Utf8Text.EqualsIgnoreCase(cells.Bytes(json[child].Key), path[0].Key))
            {
                // null stands for an empty list; any other word there is none.
                return json[child].Kind is JsonTokenType.StartArray or JsonTokenType.StartObject
                    ? Collect(cells, child, path[1..], ref missing)
                    : json[child].Kind == JsonTokenType.Null;
            }
        }

        return false;
    }

    private static bool CollectAll(Cells cells, int node, ReadOnlySpan<RecordStep> path, ref bool missing)
    {
        var json = cells.Json;
        var found = json[node].End == node + 1;
        var lacking = false;
        for (var child = node + 1; child < json[node].End; child = json[child].End)
        {
            var hit = Collect(cells, child, path, ref missing);
            found |= hit;
            lacking |= !hit;
        }

        missing |= found && lacking;
        return found;
    }

    private static bool CollectElement(Cells cells, int node, ReadOnlySpan<RecordStep> path, ref bool missing)
    {
        var json = cells.Json;
        var number = 0;
        for (var child = node + 1; child < json[node].End; child = json[child].End)
        {
            if (number++ == path[0].Element)
            {
                return Collect(cells, child, path[1..], ref missing);
            }
        }

        return false;
    }

    private static void Take(Cells cells, int node, JsonStep? step, Slice path, int longest)
    {
        var json = cells.Json;
        var (kind, _, value, end, _) = json[node];
        switch (kind)
        {
            case JsonTokenType.StartArray:
                var number = 0;
                for (var child = node + 1; child < end; child = json[child].End)
                {
                    Take(cells, child, step?.Element(number++), path, longest);
                }

                break;
            case JsonTokenType.StartObject:
                for (var child = node + 1; child < end; child = json[child].End)
                {
                    var key = json[child].Key;
                    Take(cells, child, step?.Child(cells.Bytes(key)), path.IsEmpty ? key : Append(cells, path, key), longest);
                }

                break;
            default:
                Place(cells, step, path, value.Length <= longest ? value : Cells.Part(value, 0, Utf8Text.Cap(cells.Bytes(value), longest).Length));
                break;
        }
    }

    /// <summary>What stands in the objects above a record: scalars, objects, and those lists that a path names.</summary>
    private void TakeAbove(Cells cells, int record)
    {
        var json = cells.Json;
        var before = cells.Cursor > 1 ? cells.Records[cells.Cursor - 2] : -1;
        var below = record;
        for (var node = json[record].Parent; node >= 0; below = node, node = json[node].Parent)
        {
            for (var child = node + 1; json[node].Kind == JsonTokenType.StartObject && child < json[node].End; child = json[child].End)
            {
                if (child == below)
                {
                    continue;
                }

                var key = json[child].Key;
                var step = above.Child(cells.Bytes(key));
                if (step is not null || json[child].Kind != JsonTokenType.StartArray)
                {
                    Take(cells, child, step, Append(cells, Slice.None, key), before > node ? MaximumValueAbove : int.MaxValue);
                }
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

    /// <summary><c>path.key</c>; a key above the record, which has no path, becomes <c>^key</c>.</summary>
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
