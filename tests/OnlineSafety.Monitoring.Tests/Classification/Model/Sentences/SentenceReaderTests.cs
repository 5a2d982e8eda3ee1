using OnlineSafety.Monitoring.Classification.Model.Sentences;

namespace OnlineSafety.Monitoring.Tests.Classification.Model.Sentences;

public sealed class SentenceReaderTests
{
    public static TheoryData<string> Texts => ["", "i feel so alone", "unwanted!", "so so so so so so so so so so so so so", "zebra"];

    [Theory]
    [MemberData(nameof(Texts))]
    public void ATextWeighsWhatTheBookSays(string text)
    {
        var encoder = new SomeEncoder();
        var (reader, weighed) = Read(encoder, text);
        var byTheBook = encoder.Weigh([.. reader.Pieces.ToArray().Select(piece => piece.Number)]);

        // Weights are rounded to a byte, which is a per cent of each.
        Assert.All(weighed.Zip(byTheBook), pair => Assert.Equal(pair.Second, pair.First, 0.15));
        Assert.True(byTheBook.Max() - byTheBook.Min() > 0.5);
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public void WhatThePiecesWeighAddsUp(string text)
    {
        var (reader, weighed) = Read(new SomeEncoder(), text);
        for (var head = 0; head < weighed.Length; head++)
        {
            var bias = EncoderFile.Read(new SomeEncoder().Bytes).HeadBias[head];
            Assert.Equal(weighed[head], bias + Enumerable.Range(0, reader.Pieces.Length).Sum(piece => reader.WeightOf(piece, head)), 4);
        }
    }

    [Fact]
    public void WhatWasReadBeforeDoesNotMatter()
    {
        var reader = new SentenceReader(EncoderFile.Read(new SomeEncoder().Bytes));
        var (first, again) = (new float[4], new float[4]);
        reader.Weigh("i feel so alone"u8, first);
        reader.Weigh("so so so so so so so so so so so so unwanted"u8, again);
        reader.Weigh("i feel so alone"u8, again);
        Assert.Equal(first, again);
    }

    [Fact]
    public void TheOrderOfWordsMatters() => Assert.NotEqual(Read(new SomeEncoder(), "i feel so alone").Weighed, Read(new SomeEncoder(), "so alone i feel").Weighed);

    private static (SentenceReader Reader, float[] Weighed) Read(SomeEncoder encoder, string text)
    {
        var reader = new SentenceReader(EncoderFile.Read(encoder.Bytes));
        var weighed = new float[4];
        reader.Weigh(System.Text.Encoding.UTF8.GetBytes(text), weighed);
        return (reader, weighed);
    }
}
