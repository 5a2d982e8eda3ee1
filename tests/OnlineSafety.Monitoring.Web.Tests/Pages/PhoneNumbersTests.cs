using OnlineSafety.Monitoring.Web.Pages;

namespace OnlineSafety.Monitoring.Web.Tests.Pages;

public sealed class PhoneNumbersTests
{
    [Theory]
    [InlineData("Call 999 now, otherwise 101.", "999,101")]
    [InlineData("Papyrus HOPELINE247 (0800 068 4141) and Childline (0800 1111).", "08000684141,08001111")]
    [InlineData("NHS 111 (mental health option), 0808 2000 247 or 020 7008 0151.", "111,08082000247,02070080151")]
    [InlineData("kcsie-2026@2026.11.2, 1999, paragraph 165", "")]
    public void NumbersThatCanBeCalledAreFoundAndNothingElse(string text, string dialled)
    {
        var pieces = PhoneNumbers.Of(text);

        Assert.Equal(dialled, string.Join(',', pieces.Where(piece => piece.Dial is not null).Select(piece => piece.Dial)));
        Assert.Equal(text, string.Concat(pieces.Select(piece => piece.Text)));
    }
}
