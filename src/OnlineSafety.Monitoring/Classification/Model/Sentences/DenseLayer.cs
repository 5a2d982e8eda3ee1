using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace OnlineSafety.Monitoring.Classification.Model.Sentences;

/// <summary>
/// One multiplication by a table of weights. Weights are whole numbers from -127 to 127 with a scale for each output, and what comes in is rounded to whole
/// numbers with a scale for each row: sums of products are then exact, and the same on every processor, however many it adds at once. Compiled in full at
/// once: the first text of a process is not to take a second. Immutable, thread-safe.
/// </summary>
internal sealed class DenseLayer
{
    /// <summary>Outputs that are summed side by side.</summary>
    public const int Panel = 16;

    /// <summary>Rows that are summed side by side; buffers hold whole blocks of them.</summary>
    public const int Block = 4;

    // Rows are rounded to 12 bits: 8,192 products of 127 and 2,047 stay below 2^31.
    private const float Finest = 2047;

    private readonly int _inputs;
    private readonly int _outputs;
    private readonly float[] _scales;
    private readonly float[] _bias;

    // By panel, then pair of inputs, then output: the two weights beside each other.
    private readonly short[] _weights;

    /// <param name="weights">By output, then input.</param>
    /// <param name="scales">By output: what one unit of its weights is worth.</param>
    /// <param name="bias">By output.</param>
    public DenseLayer(ReadOnlySpan<sbyte> weights, float[] scales, float[] bias)
    {
        (_outputs, _inputs, _scales, _bias) = (bias.Length, weights.Length / bias.Length, scales, bias);
        _weights = new short[weights.Length];
        for (var output = 0; output < _outputs; output++)
        {
            for (var input = 0; input < _inputs; input++)
            {
                var panel = (output / Panel * _inputs * Panel) + (input / 2 * Panel * 2);
                _weights[panel + (output % Panel * 2) + (input & 1)] = weights[(output * _inputs) + input];
            }
        }
    }

    /// <summary>Rounds rows for <see cref="Multiply"/>.</summary>
    /// <param name="rows">One behind the other.</param>
    /// <param name="width">Of a row.</param>
    /// <param name="rounded">As many whole numbers.</param>
    /// <param name="scales">By row: what one unit is worth.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Round(ReadOnlySpan<float> rows, int width, Span<short> rounded, Span<float> scales)
    {
        for (var row = 0; row < rows.Length / width; row++)
        {
            var one = rows.Slice(row * width, width);
            ref var values = ref MemoryMarshal.GetReference(one);
            var most = Vector256<float>.Zero;
            for (nuint at = 0; at < (nuint)width; at += 8)
            {
                most = Vector256.Max(most, Vector256.Abs(Vector256.LoadUnsafe(ref values, at)));
            }

            var largest = 0f;
            for (var lane = 0; lane < 8; lane++)
            {
                largest = Math.Max(largest, most[lane]);
            }

            scales[row] = largest / Finest;
            var by = Vector256.Create(largest > 0 ? Finest / largest : 0);
            ref var whole = ref MemoryMarshal.GetReference(rounded[(row * width)..]);
            for (nuint at = 0; at < (nuint)width; at += 16)
            {
                var low = Vector256.ConvertToInt32(Vector256.Round(Vector256.LoadUnsafe(ref values, at) * by));
                var high = Vector256.ConvertToInt32(Vector256.Round(Vector256.LoadUnsafe(ref values, at + 8) * by));
                Vector256.Narrow(low, high).StoreUnsafe(ref whole, at);
            }
        }
    }

    /// <summary>Multiplies rows, whole blocks of them, by the weights, and adds the bias.</summary>
    /// <param name="rows">From <see cref="Round"/>.</param>
    /// <param name="scales">From there too.</param>
    /// <param name="outputs">One row of outputs behind the other.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Multiply(ReadOnlySpan<short> rows, ReadOnlySpan<float> scales, Span<float> outputs)
    {
        Span<int> sums = stackalloc int[Block * Panel];
        for (var panel = 0; panel < _outputs; panel += Panel)
        {
            var weights = _weights.AsSpan(panel * _inputs, Panel * _inputs);
            for (var row = 0; row < scales.Length; row += Block)
            {
                Sum(rows.Slice(row * _inputs, Block * _inputs), weights, sums);
                for (var i = 0; i < Block; i++)
                {
                    Scale(sums.Slice(i * Panel, Panel), scales[row + i], panel, outputs.Slice(((row + i) * _outputs) + panel, Panel));
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Scale(ReadOnlySpan<int> sums, float scale, int panel, Span<float> outputs)
    {
        for (var at = 0; at < Panel; at += 8)
        {
            var worth = Vector256.Create<float>(_scales.AsSpan(panel + at, 8)) * scale;
            var value = (Vector256.ConvertToSingle(Vector256.Create(sums.Slice(at, 8))) * worth) + Vector256.Create<float>(_bias.AsSpan(panel + at, 8));
            value.CopyTo(outputs[at..]);
        }
    }

    // Four rows and sixteen outputs at once: eight sums stay in registers while the inputs go by, two at a time.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Sum(ReadOnlySpan<short> rows, ReadOnlySpan<short> weights, Span<int> sums)
    {
        ref var weight = ref MemoryMarshal.GetReference(weights);
        ref var pair = ref Unsafe.As<short, int>(ref MemoryMarshal.GetReference(rows));
        var pairs = (nuint)_inputs / 2;
        Vector256<int> a0 = default, a1 = default, b0 = default, b1 = default, c0 = default, c1 = default, d0 = default, d1 = default;
        for (nuint at = 0; at < pairs; at++)
        {
            var low = Vector256.LoadUnsafe(ref weight, at * Panel * 2);
            var high = Vector256.LoadUnsafe(ref weight, (at * Panel * 2) + Panel);
            var input = Vector256.Create(Unsafe.Add(ref pair, at)).AsInt16();
            (a0, a1) = (Add(a0, low, input), Add(a1, high, input));
            input = Vector256.Create(Unsafe.Add(ref pair, at + pairs)).AsInt16();
            (b0, b1) = (Add(b0, low, input), Add(b1, high, input));
            input = Vector256.Create(Unsafe.Add(ref pair, at + (pairs * 2))).AsInt16();
            (c0, c1) = (Add(c0, low, input), Add(c1, high, input));
            input = Vector256.Create(Unsafe.Add(ref pair, at + (pairs * 3))).AsInt16();
            (d0, d1) = (Add(d0, low, input), Add(d1, high, input));
        }

        ref var sum = ref MemoryMarshal.GetReference(sums);
        a0.StoreUnsafe(ref sum);
        a1.StoreUnsafe(ref sum, 8);
        b0.StoreUnsafe(ref sum, 16);
        b1.StoreUnsafe(ref sum, 24);
        c0.StoreUnsafe(ref sum, 32);
        c1.StoreUnsafe(ref sum, 40);
        d0.StoreUnsafe(ref sum, 48);
        d1.StoreUnsafe(ref sum, 56);
    }

    // To each sum two products of neighbours.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Add(Vector256<int> sum, Vector256<short> one, Vector256<short> other)
    {
        if (AvxVnni.IsSupported)
        {
            return AvxVnni.MultiplyWideningAndAdd(sum, one, other);
        }

        return sum + (Avx2.IsSupported ? Avx2.MultiplyAddAdjacent(one, other) : Pairs(one, other));
    }

    /// <summary>The same on a processor that cannot do it in one step.</summary>
    public static Vector256<int> Pairs(Vector256<short> one, Vector256<short> other)
    {
        var (oneLow, oneHigh) = Vector256.Widen(one);
        var (otherLow, otherHigh) = Vector256.Widen(other);
        var (low, high) = (oneLow * otherLow, oneHigh * otherHigh);
        var (even, odd) = (Vector256.Create(0, 2, 4, 6, 0, 0, 0, 0), Vector256.Create(1, 3, 5, 7, 0, 0, 0, 0));
        low = Vector256.Shuffle(low, even) + Vector256.Shuffle(low, odd);
        high = Vector256.Shuffle(high, even) + Vector256.Shuffle(high, odd);
        return low.WithUpper(high.GetLower());
    }
}
