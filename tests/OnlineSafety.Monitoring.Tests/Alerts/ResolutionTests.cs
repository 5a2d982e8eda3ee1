using OnlineSafety.Monitoring.Alerts;

namespace OnlineSafety.Monitoring.Tests.Alerts;

public sealed class ResolutionTests
{
    [Theory]
    [InlineData("x", false)]
    [InlineData("a b c d e", false)]
    [InlineData("It was the technician's planned test", true)]
    public void ASentenceHasWords(string note, bool sentence) => Assert.Equal(sentence, Of(note).IsSentence);

    [Theory]
    [InlineData("12: the same search twice", 12)]
    [InlineData("as #7", 7)]
    [InlineData("the same as before", null)]
    public void ADuplicateNamesTheOther(string note, int? other) => Assert.Equal(other, Of(note).SameAs);

    private static Resolution Of(string note) => Resolution.TryCreate("duplicate", note, out _)!;
}
