using System.Text;
using OnlineSafety.Monitoring.Classification.Model.Sentences;

namespace OnlineSafety.Monitoring.Tests.Classification.Model.Sentences;

public sealed class WordPiecesTests
{
    private static readonly WordPieces s_pieces = new(SomeEncoder.Pieces);

    [Theory]
    [InlineData("", "[CLS] [SEP]")]
    [InlineData("i feel so alone", "[CLS] i feel so alone [SEP]")]
    [InlineData("  I\tFEEL\r\n unwanted!! ", "[CLS] i feel un ##want ##ed ! ! [SEP]")]
    [InlineData("i'm alone", "[CLS] i ' m alone [SEP]")]
    [InlineData("école", "[CLS] e ##cole [SEP]")]
    [InlineData("ÉCOLE", "[CLS] e ##cole [SEP]")]
    [InlineData("ａｌｏｎｅ", "[CLS] alone [SEP]")]
    [InlineData("ⓐⓛⓞⓝⓔ", "[CLS] alone [SEP]")]
    [InlineData("𝓪𝓵𝓸𝓷𝓮", "[CLS] alone [SEP]")]
    [InlineData("аlоnе", "[CLS] alone [SEP]")]
    [InlineData("al\u200bone", "[CLS] alone [SEP]")]
    [InlineData("£alone", "[CLS] [UNK] alone [SEP]")]
    [InlineData("so zebra so", "[CLS] so [UNK] so [SEP]")]
    [InlineData("unwantedz", "[CLS] [UNK] [SEP]")]
    [InlineData("so so so so so so so so so so so so so so so", "[CLS] so so so so so so so so so so [SEP]")]
    public void ATextIsCutIntoTheLongestPieces(string text, string pieces) => Assert.Equal(pieces, string.Join(' ', Cut(Encoding.UTF8.GetBytes(text)).Select(piece => SomeEncoder.Pieces[piece.Number])));

    [Fact]
    public void EachPieceKnowsTheBytesOfItsWord()
    {
        var text = "i'm é unwanted"u8;
        var words = new List<string>();
        foreach (var piece in Cut(text.ToArray())[1..^1])
        {
            words.Add(Encoding.UTF8.GetString(text[piece.Start..piece.End]));
        }

        Assert.Equal(["i", "'", "m", "é", "unwanted", "unwanted", "unwanted"], words);
    }

    [Fact]
    public void NoBytesAreTooHostile()
    {
        var random = new Random(3);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = new byte[random.Next(200)];
            random.NextBytes(bytes);
            var cut = Cut(bytes);
            Assert.InRange(cut.Length, 2, 12);
            Assert.All(cut, piece => Assert.True(piece.Start <= piece.End && piece.End <= bytes.Length));
        }

        Assert.Equal(3, Cut(Encoding.UTF8.GetBytes(new string('a', 100_000))).Length);
    }

    private static Piece[] Cut(byte[] text)
    {
        var pieces = new Piece[12];
        return pieces[..s_pieces.Read(text, pieces)];
    }
}
