using OnlineSafety.Monitoring.Classification.Model.Sentences;

namespace OnlineSafety.Monitoring.Tests.Classification.Model.Sentences;

public sealed class EncoderFileTests
{
    private static readonly byte[] s_file = new SomeEncoder(layers: 1).Bytes;

    [Fact]
    public void WhatIsCutIsRefused()
    {
        for (var length = 0; length < s_file.Length; length++)
        {
            Assert.Throws<InvalidDataException>(() => EncoderFile.Read(s_file.AsSpan(0, length)));
        }
    }

    [Fact]
    public void WhatGoesOnIsRefused() => Assert.Throws<InvalidDataException>(() => EncoderFile.Read([.. s_file, 0]));

    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    [InlineData(12)]
    [InlineData(16)]
    [InlineData(20)]
    [InlineData(24)]
    [InlineData(28)]
    [InlineData(32)]
    public void AShapeThatNoEncoderHasIsRefused(int at)
    {
        foreach (var wrong in new byte[] { 0xFF, 0x80 })
        {
            var file = s_file.ToArray();
            file[at + 3] = wrong;
            Assert.Throws<InvalidDataException>(() => EncoderFile.Read(file));
        }
    }
}
