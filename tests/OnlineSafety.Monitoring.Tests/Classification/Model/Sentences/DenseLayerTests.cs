using System.Runtime.Intrinsics;
using OnlineSafety.Monitoring.Classification.Model.Sentences;

namespace OnlineSafety.Monitoring.Tests.Classification.Model.Sentences;

public sealed class DenseLayerTests
{
    private const int Inputs = 48;
    private const int Outputs = 32;

    [Fact]
    public void SumsAreExact()
    {
        var random = new Random(1);
        var weights = Enumerable.Range(0, Inputs * Outputs).Select(_ => (sbyte)random.Next(-127, 128)).ToArray();
        var rows = Enumerable.Range(0, Inputs * 8).Select(_ => (short)random.Next(-2047, 2048)).ToArray();
        var outputs = new float[8 * Outputs];
        var layer = new DenseLayer(weights, [.. Enumerable.Repeat(1f, Outputs)], [.. Enumerable.Range(0, Outputs).Select(i => (float)i)]);
        layer.Multiply(rows, [.. Enumerable.Repeat(1f, 8)], outputs);
        for (var row = 0; row < 8; row++)
        {
            for (var output = 0; output < Outputs; output++)
            {
                var sum = Enumerable.Range(0, Inputs).Sum(i => rows[(row * Inputs) + i] * weights[(output * Inputs) + i]);
                Assert.Equal((float)sum + output, outputs[(row * Outputs) + output]);
            }
        }
    }

    [Fact]
    public void AProcessorWithoutTheStepSumsTheSame()
    {
        var random = new Random(2);
        for (var i = 0; i < 1000; i++)
        {
            var (one, other) = (Vector256.Create([.. Some(2047)]), Vector256.Create([.. Some(127)]));
            var pairs = Enumerable.Range(0, 8).Select(pair => (one[pair * 2] * other[pair * 2]) + (one[(pair * 2) + 1] * other[(pair * 2) + 1]));
            Assert.Equal(Vector256.Create([.. pairs]), DenseLayer.Pairs(one, other));
        }

        IEnumerable<short> Some(int most) => Enumerable.Range(0, 16).Select(_ => (short)random.Next(-most, most + 1));
    }

    [Fact]
    public void RowsAreRoundedToTheirOwnLargest()
    {
        var rows = new float[32];
        (rows[3], rows[5], rows[16 + 2]) = (-4, 1, 0.001f);
        var (rounded, scales) = (new short[32], new float[2]);
        DenseLayer.Round(rows, 16, rounded, scales);
        Assert.Equal((-2047, 512, 2047, 0), (rounded[3], rounded[5], rounded[18], rounded[0]));
        Assert.Equal(-4, rounded[3] * scales[0], 5);
        Assert.Equal(0.001, rounded[18] * scales[1], 8);
    }
}
