using OnlineSafety.Monitoring.Classification.Overlays;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Processing;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Sources.Overlays;

namespace OnlineSafety.Monitoring.Tests.Classification.Overlays;

/// <summary>A school's phrase is tried on what is harmless before it judges anybody's words.</summary>
public sealed class PhrasePreviewTests
{
    private static readonly IReadOnlyList<string> Harmless = HarmlessTexts.Read(Path.Combine(RuleFiles.Root, "schemas"));

    private static PhrasePreview Of(string phrase, PhraseCount? records = null) => new(
        PhraseReach.Of(RuleFiles.Shipped, new OverlayEntry(Guid.NewGuid(), OverlayKind.Add, phrase, "drugs", Severity.Medium, "x", DateTimeOffset.MinValue, DateTimeOffset.MaxValue))!
            .CountIn(Harmless.Select(text => new[] { text })),
        records);

    [Theory]
    [InlineData("the")]
    [InlineData("a")]
    [InlineData("(the|old)")]
    [InlineData("using")]
    public void APhraseOfEveryLessonIsRefusedUnlessItIsMeant(string phrase)
    {
        var preview = Of(phrase);

        Assert.True(preview.IsTooBroad, preview.Words);
        Assert.Contains("--anyway", Assert.Throws<TooBroadException>(() => preview.Require(meant: false, "add it with --anyway")).Message, StringComparison.Ordinal);
        preview.Require(meant: true, "");
    }

    [Theory]
    [InlineData("the (old|back) shed")]
    [InlineData("vape~")]
    [InlineData("dagger lane")]
    public void APhraseOfASchoolIsTaken(string phrase)
    {
        var preview = Of(phrase);

        Assert.False(preview.IsTooBroad, preview.Words);
        preview.Require(meant: false, "");
    }

    [Fact]
    public void WhatTravelsWithTheServiceIsBothLessonsAndSentences()
    {
        Assert.True(Harmless.Count > 2_000);
        Assert.DoesNotContain(Harmless, text => text.StartsWith('#'));
    }

    [Theory]
    [InlineData(6, 100, true)]
    [InlineData(5, 100, false)]
    [InlineData(50, 99, false)]
    public void OfWhatWasStoredNoPhraseIsInMoreThanOneOfTwenty(int hits, int records, bool broad) => Assert.Equal(broad, Of("dagger lane", new PhraseCount(hits, records)).IsTooBroad);

    /// <summary>One of one record would say what one child typed.</summary>
    [Theory]
    [InlineData(0, 400, "in 0 of 400 records that were stored")]
    [InlineData(3, 400, "in fewer than five of 400 records")]
    [InlineData(12, 400, "in 12 of 400 records")]
    [InlineData(0, 0, "nothing was stored in the last week")]
    public void AFigureThatIsNearlyNobodysIsNotShown(int hits, int records, string words) => Assert.Contains(words, Of("dagger lane", new PhraseCount(hits, records)).Words, StringComparison.Ordinal);
}
