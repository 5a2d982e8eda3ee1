using System.Text;

namespace OnlineSafety.Monitoring.Training;

/// <summary>
/// Tables of numbers out of an ONNX file: as much of its protocol buffers as that takes (onnx.proto: ModelProto.graph is field 7, GraphProto.node 1 and
/// initializer 5, NodeProto.input 1 and op_type 4, TensorProto.dims 1, name 8, raw_data 9).
/// </summary>
internal sealed class OnnxFile
{
    private const int Graph = 7;

    private readonly byte[] _bytes;

    public OnnxFile(byte[] bytes)
    {
        _bytes = bytes;
        foreach (var (field, start, end) in Fields(0, bytes.Length))
        {
            if (field == Graph)
            {
                ReadGraph(start, end);
            }
        }
    }

    /// <summary>By name.</summary>
    public Dictionary<string, float[]> Tables { get; } = new(StringComparer.Ordinal);

    /// <summary>Names of the tables that something is multiplied by, in the order of the graph: those of matrices have no names that tell what they are.</summary>
    public List<string> Multiplied { get; } = [];

    private void ReadGraph(int start, int end)
    {
        var multiplied = new List<string>();
        foreach (var (field, from, to) in Fields(start, end))
        {
            if (field == 5)
            {
                ReadTable(from, to);
            }
            else if (field == 1 && ReadNode(from, to) is { } name)
            {
                multiplied.Add(name);
            }
        }

        Multiplied.AddRange(multiplied.Where(Tables.ContainsKey));
    }

    private void ReadTable(int start, int end)
    {
        var (name, raw) = ("", 0..0);
        foreach (var (field, from, to) in Fields(start, end))
        {
            name = field == 8 ? Encoding.UTF8.GetString(_bytes, from, to - from) : name;
            raw = field == 9 ? from..to : raw;
        }

        var (at, length) = raw.GetOffsetAndLength(_bytes.Length);
        var values = new float[length / sizeof(float)];
        Buffer.BlockCopy(_bytes, at, values, 0, values.Length * sizeof(float));
        Tables[name] = values;
    }

    private string? ReadNode(int start, int end)
    {
        var inputs = new List<string>();
        var isMultiplication = false;
        foreach (var (field, from, to) in Fields(start, end))
        {
            if (field == 1)
            {
                inputs.Add(Encoding.UTF8.GetString(_bytes, from, to - from));
            }

            isMultiplication |= field == 4 && Encoding.UTF8.GetString(_bytes, from, to - from) == "MatMul";
        }

        return isMultiplication ? inputs[1] : null;
    }

    // Only fields with a length are of use here; the others are passed over.
    private IEnumerable<(int Field, int Start, int End)> Fields(int at, int end)
    {
        while (at < end)
        {
            var (tag, behind) = Number(at);
            (at, var field) = (behind, (int)(tag >> 3));
            switch (tag & 7)
            {
                case 0:
                    (_, at) = Number(at);
                    break;
                case 1:
                    at += 8;
                    break;
                case 2:
                    var (length, start) = Number(at);
                    at = start + (int)length;
                    yield return (field, start, at);
                    break;
                case 5:
                    at += 4;
                    break;
                default:
                    throw new InvalidDataException("The ONNX file holds something that protocol buffers do not have.");
            }
        }
    }

    private (ulong Value, int Behind) Number(int at)
    {
        var (value, shift) = (0UL, 0);
        while (true)
        {
            var next = _bytes[at++];
            value |= (ulong)(next & 127) << shift;
            if (next < 128)
            {
                return (value, at);
            }

            shift += 7;
        }
    }
}
