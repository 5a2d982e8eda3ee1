using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Retention;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Tests.Retention;

public sealed class ErasedHereTests
{
    private static readonly DateTimeOffset Until = new(2026, 11, 25, 9, 0, 0, TimeSpan.Zero);
    private static readonly ErasedHere Erased = new([new ErasedSubject("user:x", Until, Guid.Empty)], version: 1);

    [Theory]
    // Received before: hidden, whatever its clock says.
    [InlineData("user:x", -1, -1, "Critical", true)]
    [InlineData("user:x", -1, 60, "Critical", true)]
    [InlineData("user:x", 0, -1, "None", true)]
    // Received afterwards with an older time: a file that is imported again, or a slow clock.
    [InlineData("user:x", 1, -60, "Medium", true)]
    [InlineData("user:x", 1, -60, "High", false)]
    [InlineData("user:x", 1, -60, "Critical", false)]
    [InlineData("user:x", 1, 1, "None", false)]
    [InlineData("user:y", -1, -1, "None", false)]
    [InlineData(null, -1, -1, "None", false)]
    public void WhatWasReceivedBeforeIsHiddenAndNothingGraveAfterwards(string? key, int received, int occurred, string severity, bool hidden) =>
        Assert.Equal(hidden, Erased.Hides(key, Until.AddMinutes(received), Until.AddMinutes(occurred), Enum.Parse<Severity>(severity)));

    [Fact]
    public void TheHourAroundAnAlertThatWasThereIsItsOwnAndThatOfALaterOneIsNot()
    {
        var (one, other) = (Guid.NewGuid(), Guid.NewGuid());
        var erased = new ErasedHere([new("user:x", Until, one), new("user:x-alias", Until, one), new("user:y", Until, other)], version: 7);

        var around = erased.Around("user:x", Until.AddMinutes(-1));
        Assert.False(around.Hides("user:x-alias", Until, Until, Severity.None));
        Assert.True(around.Hides("user:y", Until, Until, Severity.None));
        Assert.Equal(7, around.Version);
        Assert.Same(erased, erased.Around("user:x", Until.AddMinutes(1)));
        Assert.Same(erased, erased.Around("user:z", Until.AddMinutes(-1)));
    }

    [Theory]
    [InlineData("https://social.example/anna.smith", "https://social.example/[erased]")]
    [InlineData("Ask O'Neil, ANNA  SMITH", "Ask [erased], [erased]")]
    [InlineData("O\u2019Neil's and Anna\u00a0Smith\u2019s", "[erased]'s and [erased]\u2019s")]
    [InlineData("q=Anna%20Smith", "q=[erased]")]
    [InlineData("q=anna+smith", "q=[erased]")]
    [InlineData("by \\u0041nna Smith", "by [erased]")]
    [InlineData("an\u200bna smi\u00adth, \u200banna.smith\ufeff", "[erased], \u200b[erased]\ufeff")]
    [InlineData("zo\u00eb, zoe\u0308, ZOE\u0308, zo%C3%AB, zoe%CC%88, zo\\u00eb", "[erased], [erased], [erased], [erased], [erased], [erased]")]
    // A letter with an accent is another letter, though it is written as two signs.
    [InlineData("zoe, anna smith\u0308, \u0301anna smith", "zoe, anna smith\u0308, \u0301anna smith")]
    [InlineData("to be or not: no b.", "to be or not: no b.")]
    [InlineData("anna.smith2 and b-anna.smith", "anna.smith2 and b-anna.smith")]
    public void ANameIsFoundByItsHashAsAWholeWord(string text, string expected)
    {
        var seal = Some.Seal;
        var erased = new ErasedHere(
            [new(seal.Index("user:anna.smith"), Until, Guid.Empty), .. new[] { "Anna Smith", "O'Neil", "no", "zo\u00eb" }.Select(name => new ErasedSubject(ErasedHere.KeyOf(seal, name), Until, Guid.Empty))], version: 1);

        var names = new ErasedNames(erased, seal);

        Assert.Equal(expected, names.At(Until)!.Of(text));
        // What came afterwards says whom it says.
        Assert.Null(names.At(Until.AddSeconds(1)));
    }

    [Fact]
    public void AnErasureThatKeptNoNamesIsToldFromOneThatDid()
    {
        var (seal, one, other) = (Some.Seal, Guid.NewGuid(), Guid.NewGuid());
        ErasedSubject[] named = [new("user:x", Until.AddHours(1), one), new(ErasedHere.KeyOf(seal, "anna"), Until.AddHours(1), one)];

        Assert.Null(new ErasedHere(named, version: 1).NamelessUntil);
        Assert.Equal(Until, new ErasedHere([.. named, new("user:y", Until, other)], version: 1).NamelessUntil);
        Assert.Null(ErasedHere.Nobody.NamelessUntil);
    }

    [Fact]
    public void OfEachMomentTheFirstErasureThenOrLaterIsAskedFor()
    {
        var erased = new ErasedHere([new("user:x", Until, Guid.NewGuid()), new("user:y", Until.AddHours(2), Guid.NewGuid())], version: 1);

        Assert.Equal(
            [Until, Until, Until.AddHours(2), null],
            new[] { -1d, 0, 1, 3 }.Select(hours => erased.Since(Until.AddHours(hours))));
    }
}
