using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.App.Commands;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Tests.App;

public sealed class AlertTextTests
{
    [Fact]
    public void AnAddressIsDefangedWhereverItStands()
    {
        var text = Shown(SomeEvent() with
        {
            Url = "http://forum.example.test/a",
            Text = "see HTTPS://x.example.test",
            Reasons = [new Reason("r", "1", "url", "http://forum.example.test", 0, "A forum.", "high")],
        });

        Assert.DoesNotContain("http://", text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("https://", text, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("hxxp://forum.example.test/a", text, StringComparison.Ordinal);
    }

    [Fact]
    public void ControlAndDirectionCharactersAreWrittenAsEscapes()
    {
        var text = Shown(SomeEvent() with { SearchQuery = "red\u001b[31m \u202egnp.exe" });

        Assert.Contains("red\\u001b[31m \\u202egnp.exe", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', text);
        Assert.DoesNotContain('\u202e', text);
    }

    [Fact]
    public void InstructionsComeBeforeTheEvents()
    {
        var text = Shown(SomeEvent());

        Assert.True(text.IndexOf("WHAT TO DO: Find the pupil.", StringComparison.Ordinal) < text.IndexOf("1 event:", StringComparison.Ordinal));
        Assert.Contains("WHAT TO DO", text, StringComparison.Ordinal);
    }

    [Fact]
    public void TimesAreThoseOfTheSchool()
    {
        var text = Shown(SomeEvent());

        Assert.Contains("raised   2026-07-01 10:05:00 +01:00", text, StringComparison.Ordinal);
        Assert.Contains("  2026-07-01 10:05:00 +01:00  search", text, StringComparison.Ordinal);
    }

    private static DateTimeOffset Summer => new(2026, 7, 1, 9, 5, 0, TimeSpan.Zero);

    private static string Shown(EventView shown) => string.Join('\n', AlertText.Lines(
        new AlertDetailView(new AlertView
        {
            Alert = Guid.NewGuid(), Number = 3, School = Guid.NewGuid(), Risk = "content", Theme = "self_harm", ParentTheme = "self_harm", Themes = ["self_harm"], Severity = "high",
            State = "new", Count = 1, Sources = [], Vendors = ["protex"], NeedsReview = false, Late = false, RaisedAt = Summer, LastReceivedAt = Summer, Reasons = [],
        })
        {
            Instructions = "Find the pupil.",
            Events = [shown],
        },
        "Example Academy",
        TimeZoneInfo.FindSystemTimeZoneById("Europe/London")));

    private static EventView SomeEvent() => new()
    {
        Event = "e", ReceivedAt = Summer, OccurredAt = Summer, Kind = "search", Action = "blocked", Risk = "content", Theme = "self_harm",
        Severity = "high", Vendor = "protex", Review = "",
    };
}
