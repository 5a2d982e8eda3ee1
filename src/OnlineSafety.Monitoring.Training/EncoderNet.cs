using OnlineSafety.Monitoring.Classification.Model.Sentences;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Layers = TorchSharp.torch.nn.functional;

namespace OnlineSafety.Monitoring.Training;

/// <summary>The encoder while it learns: what <see cref="SentenceReader"/> computes, in floats, with what training needs besides.</summary>
internal sealed class EncoderNet
{
    private const double Dropped = 0.1;

    private const float Masked = -10_000;

    private readonly EncoderShape _shape;
    private readonly Dictionary<string, Tensor> _weights = new(StringComparer.Ordinal);

    public EncoderNet(MiniLm from)
    {
        _shape = from.Shape;
        foreach (var (name, values) in from.Weights)
        {
            // Pieces keep what they meant: words that no case has stay beside those that mean the same.
            _weights[name] = name is "pieces" or "places" ? Of(name, values) : new Parameter(Of(name, values), requires_grad: true);
        }

        _weights["heads"] = new Parameter(randn(_shape.Width, _shape.Themes + 1) * 0.02, requires_grad: true);
        _weights["heads.bias"] = new Parameter(zeros(_shape.Themes + 1), requires_grad: true);
    }

    public Parameter[] Learning => [.. _weights.Values.OfType<Parameter>()];

    /// <summary>Weights by name, as <see cref="EncoderFile.Write"/> asks for them: tables by output and then input.</summary>
    public float[] Weights(string name)
    {
        using var scope = NewDisposeScope();
        var weights = _weights[name].detach();
        var isTable = weights.dim() == 2 && name is not ("pieces" or "places");
        return [.. (isTable ? weights.t().contiguous() : weights).data<float>()];
    }

    /// <summary>What texts weigh: by text, then theme and gravity.</summary>
    public Tensor Weigh(IReadOnlyList<int[]> texts)
    {
        var (count, longest) = (texts.Count, texts.Max(text => text.Length));
        var (pieces, present) = (new long[count * longest], new float[count * longest]);
        for (var i = 0; i < count; i++)
        {
            for (var j = 0; j < texts[i].Length; j++)
            {
                (pieces[(i * longest) + j], present[(i * longest) + j]) = (texts[i][j], 1);
            }
        }

        var there = tensor(present).reshape(count, longest);
        var absent = ((1 - there) * Masked).reshape(count, 1, 1, longest);
        var rows = _weights["pieces"].index_select(0, tensor(pieces)).reshape(count, longest, _shape.Width) + _weights["places"][TensorIndex.Slice(0, longest)];
        rows = Drop(Normalised(rows, "norm"));
        for (var layer = 0; layer < _shape.Layers; layer++)
        {
            var (query, key, value) = (Parted(Times(rows, $"{layer}.query")), Parted(Times(rows, $"{layer}.key")), Parted(Times(rows, $"{layer}.value")));
            var shares = Drop(((matmul(query, key.transpose(2, 3)) / Math.Sqrt(_shape.HeadWidth)) + absent).softmax(-1));
            var mixed = matmul(shares, value).transpose(1, 2).reshape(count, longest, _shape.Width);
            rows = Normalised(rows + Drop(Times(mixed, $"{layer}.mix")), $"{layer}.mix.norm");
            rows = Normalised(rows + Drop(Times(Layers.gelu(Times(rows, $"{layer}.widen")), $"{layer}.narrow")), $"{layer}.narrow.norm");
        }

        var each = there.unsqueeze(-1);
        return matmul(Drop((rows * each).sum(1) / each.sum(1)), _weights["heads"]) + _weights["heads.bias"];

        Tensor Parted(Tensor whole) => whole.reshape(count, longest, _shape.Heads, _shape.HeadWidth).transpose(1, 2);
    }

    private Tensor Of(string name, float[] values)
    {
        var isRow = values.Length == _shape.Width || name.EndsWith(".bias", StringComparison.Ordinal);
        var columns = name.EndsWith(".widen", StringComparison.Ordinal) ? _shape.Inner : _shape.Width;
        return isRow ? tensor(values) : tensor(values).reshape(values.Length / columns, columns);
    }

    private static Tensor Drop(Tensor rows) => Layers.dropout(rows, Dropped, training: true);

    private Tensor Normalised(Tensor rows, string name) => Layers.layer_norm(rows, [_shape.Width], _weights[$"{name}.weights"], _weights[$"{name}.shifts"], 1e-12);

    // Half the digits are enough to multiply by, and processors that know bfloat16 are several times faster with it.
    private Tensor Times(Tensor rows, string name) => Layers
        .linear(rows.to(ScalarType.BFloat16), _weights[name].to(ScalarType.BFloat16).t(), _weights[$"{name}.bias"].to(ScalarType.BFloat16))
        .to(ScalarType.Float32);
}
