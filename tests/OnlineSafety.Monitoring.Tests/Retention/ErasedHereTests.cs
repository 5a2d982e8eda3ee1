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
        var (seal, one, other) = (Some.Seal, Guid.NewGuid(), Guid.NewGuid());
        var erased = new ErasedHere([new("user:x", Until, one), new("user:x-alias", Until, one), new("user:y", Until, other)], version: 7);

        var around = erased.Around("user:x", Until.AddMinutes(-1));
        Assert.False(around.Hides("user:x-alias", Until, Until, Severity.None));
        Assert.True(around.Hides("user:y", Until, Until, Severity.None));
        Assert.Equal(7, around.Version);
        Assert.Same(erased, erased.Around("user:x", Until.AddMinutes(1)));
        Assert.Same(erased, erased.Around("user:z", Until.AddMinutes(-1)));
        Assert.NotNull(erased.NamesBeside("user:x", seal));
        Assert.Null(ErasedHere.Nobody.NamesBeside(null, seal));
    }

    [Theory]
    [InlineData("https://social.example/anna.smith", "https://social.example/[erased]")]
    [InlineData("Ask O'Neil, ANNA  SMITH", "Ask [erased], ANNA  SMITH")]
    [InlineData("q=Anna%20Smith", "q=[erased]")]
    [InlineData("to be or not: no b.", "to be or not: no b.")]
    [InlineData("anna.smith2 and b-anna.smith", "anna.smith2 and b-anna.smith")]
    public void ANameIsFoundByItsHashAsAWholeWord(string text, string expected)
    {
        var seal = Some.Seal;
        var erased = new ErasedHere(
            [new(seal.Index("user:anna.smith"), Until, Guid.Empty), .. new[] { "Anna Smith", "O'Neil", "no" }.Select(name => new ErasedSubject(ErasedHere.KeyOf(seal, name), Until, Guid.Empty))], version: 1);

        var names = erased.NamesBeside("user:somebody", seal)!;

        Assert.Equal(expected, names.At(Until).Of(text));
        // What came afterwards says whom it says.
        Assert.Equal(text, names.At(Until.AddSeconds(1)).Of(text));
    }
}
