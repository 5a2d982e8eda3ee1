using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace OnlineSafety.Monitoring.Classification.Model.Sentences;

/// <summary>
/// Arithmetic on rows of numbers, eight at a time and always in the same order, of additions, multiplications, divisions and square roots alone: these every
/// processor rounds alike, so an encoder says the same to the last bit wherever it runs.
/// </summary>
internal static class Lanes
{
    /// <summary>A score that gets no share.</summary>
    public const float Nothing = -1e30f;

    private const float Epsilon = 1e-12f;

    /// <summary>The product of two rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Dot(ReadOnlySpan<float> one, ReadOnlySpan<float> other)
    {
        ref var first = ref MemoryMarshal.GetReference(one);
        ref var second = ref MemoryMarshal.GetReference(other);
        var sum = Vector256<float>.Zero;
        for (nuint at = 0; at < (nuint)one.Length; at += 8)
        {
            sum += Vector256.LoadUnsafe(ref first, at) * Vector256.LoadUnsafe(ref second, at);
        }

        return Sum(sum);
    }

    /// <summary>Adds a row times a number to another.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(ReadOnlySpan<float> row, float times, Span<float> to)
    {
        ref var values = ref MemoryMarshal.GetReference(row);
        ref var sums = ref MemoryMarshal.GetReference(to);
        var by = Vector256.Create(times);
        for (nuint at = 0; at < (nuint)row.Length; at += 8)
        {
            (Vector256.LoadUnsafe(ref sums, at) + (Vector256.LoadUnsafe(ref values, at) * by)).StoreUnsafe(ref sums, at);
        }
    }

    /// <summary>Brings a row to mean 0 and variance 1, then weighs and shifts it (LayerNorm).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Normalise(Span<float> row, ReadOnlySpan<float> weights, ReadOnlySpan<float> shifts)
    {
        ref var values = ref MemoryMarshal.GetReference(row);
        var (count, sum) = ((nuint)row.Length, Vector256<float>.Zero);
        for (nuint at = 0; at < count; at += 8)
        {
            sum += Vector256.LoadUnsafe(ref values, at);
        }

        var mean = Vector256.Create(Sum(sum) / row.Length);
        sum = Vector256<float>.Zero;
        for (nuint at = 0; at < count; at += 8)
        {
            var off = Vector256.LoadUnsafe(ref values, at) - mean;
            sum += off * off;
        }

        var spread = Vector256.Create(MathF.Sqrt((Sum(sum) / row.Length) + Epsilon));
        ref var weight = ref MemoryMarshal.GetReference(weights);
        ref var shift = ref MemoryMarshal.GetReference(shifts);
        for (nuint at = 0; at < count; at += 8)
        {
            var one = (Vector256.LoadUnsafe(ref values, at) - mean) / spread;
            ((one * Vector256.LoadUnsafe(ref weight, at)) + Vector256.LoadUnsafe(ref shift, at)).StoreUnsafe(ref values, at);
        }
    }

    /// <summary>Makes shares of scores that add up to 1.</summary>
    /// <param name="scores">Whole vectors; what is behind the last score is <see cref="Nothing"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Share(Span<float> scores)
    {
        ref var values = ref MemoryMarshal.GetReference(scores);
        var lanes = Vector256.Create(Nothing);
        for (nuint at = 0; at < (nuint)scores.Length; at += 8)
        {
            lanes = Vector256.Max(lanes, Vector256.LoadUnsafe(ref values, at));
        }

        var most = Nothing;
        for (var lane = 0; lane < 8; lane++)
        {
            most = Math.Max(most, lanes[lane]);
        }

        var (top, sum) = (Vector256.Create(most), Vector256<float>.Zero);
        for (nuint at = 0; at < (nuint)scores.Length; at += 8)
        {
            var one = Exp(Vector256.LoadUnsafe(ref values, at) - top);
            one.StoreUnsafe(ref values, at);
            sum += one;
        }

        var total = Vector256.Create(Sum(sum));
        for (nuint at = 0; at < (nuint)scores.Length; at += 8)
        {
            (Vector256.LoadUnsafe(ref values, at) / total).StoreUnsafe(ref values, at);
        }
    }

    /// <summary>x times the share of a normal distribution below x (GELU), by formula 7.1.26 of Abramowitz and Stegun, whose error is below 1.5e-7.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Gelu(Span<float> row)
    {
        ref var values = ref MemoryMarshal.GetReference(row);
        for (nuint at = 0; at < (nuint)row.Length; at += 8)
        {
            var x = Vector256.LoadUnsafe(ref values, at);
            var z = Vector256.Abs(x) * 0.70710678f;
            var t = Vector256<float>.One / (Vector256<float>.One + (z * 0.3275911f));
            var tail = (((((((((t * 1.061405429f) - Vector256.Create(1.453152027f)) * t) + Vector256.Create(1.421413741f)) * t) - Vector256.Create(0.284496736f)) * t) + Vector256.Create(0.254829592f)) * t) * Exp(-(z * z));
            var erf = Vector256.ConditionalSelect(Vector256.LessThan(x, Vector256<float>.Zero), tail - Vector256<float>.One, Vector256<float>.One - tail);
            (x * 0.5f * (Vector256<float>.One + erf)).StoreUnsafe(ref values, at);
        }
    }

    // Of numbers up to 0: below -87 it is 0 to a float.
    private static Vector256<float> Exp(Vector256<float> value)
    {
        value = Vector256.Max(value, Vector256.Create(-87f));
        var twos = Vector256.Round(value * 1.44269504f);
        var rest = (value - (twos * 0.693359375f)) - (twos * -2.12194440e-4f);
        var sum = Vector256.Create(1f / 5040);
        sum = (sum * rest) + Vector256.Create(1f / 720);
        sum = (sum * rest) + Vector256.Create(1f / 120);
        sum = (sum * rest) + Vector256.Create(1f / 24);
        sum = (sum * rest) + Vector256.Create(1f / 6);
        sum = (sum * rest) + Vector256.Create(0.5f);
        sum = (sum * rest) + Vector256<float>.One;
        sum = (sum * rest) + Vector256<float>.One;
        return sum * ((Vector256.ConvertToInt32(twos) + Vector256.Create(127)) << 23).AsSingle();
    }

    private static float Sum(Vector256<float> lanes)
    {
        var four = lanes.GetLower() + lanes.GetUpper();
        return four[0] + four[1] + (four[2] + four[3]);
    }
}
