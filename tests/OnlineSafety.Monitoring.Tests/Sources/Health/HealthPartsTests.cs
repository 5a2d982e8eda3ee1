using System.Text;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Sources.Health;

namespace OnlineSafety.Monitoring.Tests.Sources.Health;

/// <summary>What the watch is made of: profile, tally, device classes and canaries.</summary>
public sealed class HealthPartsTests
{
    [Fact]
    public void TheExpectedGapIsTheLongestOfFewAndLeavesOutTheRareOnesOfMany()
    {
        // Every 20 minutes of two weeks of school, and once 50.
        var few = new ActivityTally();
        foreach (var day in SchoolDays())
        {
            for (var minute = 0; minute < 390; minute += 20)
            {
                if (day.Day != 10 || minute is not (100 or 120))
                {
                    few.AddRecord(School.At(11, day.Day, 8, 45).AddMinutes(minute), unreadable: false);
                }
            }
        }

        Assert.InRange(Profile(few, []).Gap.TotalMinutes, 60, 61);

        // One every minute: the same gap is one of thousands.
        var many = new ActivityTally();
        foreach (var day in SchoolDays())
        {
            for (var second = 0; second < 390 * 60; second += 20)
            {
                if (day.Day != 10 || second is < 6000 or > 9000)
                {
                    many.AddRecord(School.At(11, day.Day, 8, 45).AddSeconds(second), unreadable: false);
                }
            }
        }

        Assert.Equal(SourceProfile.Floor, Profile(many, []).Gap);
    }

    [Fact]
    public void ASilenceThatWasAnAlarmDoesNotBecomeWhatIsUsual()
    {
        var tally = new ActivityTally();
        foreach (var day in SchoolDays())
        {
            for (var minute = 0; minute < 390; minute += 10)
            {
                if (day.Day != 10 || minute is < 100 or > 300)
                {
                    tally.AddRecord(School.At(11, day.Day, 8, 45).AddMinutes(minute), unreadable: false);
                }
            }
        }

        Assert.True(Profile(tally, []).Gap > TimeSpan.FromHours(3));
        var alarm = new AlarmSpan(SourceState.Silent, School.At(11, 10, 10, 15), School.At(11, 10, 14, 30));
        Assert.Equal(SourceProfile.Floor, Profile(tally, [alarm]).Gap);
    }

    [Fact]
    public void FourWeeksOfSchoolReachBackOverTheSummer() =>
        Assert.InRange((School.At(9, 8, 9, year: 2027) - SourceProfile.WindowStart(School.Calendar, School.At(9, 8, 9, year: 2027))).TotalDays, 70, SourceProfile.KeptDays + 1);

    [Fact]
    public void TheTallyKeepsHoursMinutesAndWhatWasWrongButNoHeartbeat()
    {
        var tally = new ActivityTally();
        var at = School.At(11, 10, 10, 7);
        tally.AddEvent("ipad", skewed: true, at);
        tally.AddRecord(at, unreadable: false);
        tally.AddRecord(at.AddSeconds(30), unreadable: true);
        tally.AddRecord(at.AddMinutes(60), unreadable: false);
        tally.AddRecord(at.AddMinutes(-1), unreadable: false);
        tally.AddEvent("ipad", skewed: true, at);
        tally.Skip();

        Assert.Equal([(3, 1, 1, 1L << 7 | 1L << 6), (1, 0, 0, 1L << 7)], tally.Hours.Select(h => (h.Records, h.Unreadable, h.Skewed, h.Heard)));
        Assert.Equal(new DeviceDay("ipad", new DateOnly(2026, 11, 10)), Assert.Single(tally.Devices));
        Assert.Equal(at.AddMinutes(60), tally.LastAt);
        tally.Clear();
        Assert.Empty(tally.Hours);
        Assert.Null(tally.LastAt);
    }

    [Theory]
    [InlineData("Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15", "", "ipad")]
    [InlineData("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36", "", "chromebook")]
    [InlineData("Mozilla/5.0 (Windows NT 10.0; Win64; x64)", "iPad-07", "windows")]
    [InlineData("", "IPAD-07", "ipad")]
    [InlineData("", "DESKTOP-4F2K1Q", "windows")]
    [InlineData("", "pc-lib-07", "unknown")]
    [InlineData("curl/8.5", "", "unknown")]
    public void ADeviceIsOfTheClassThatItsUserAgentSaysOrElseItsName(string userAgent, string host, string expected) =>
        Assert.Equal(expected, School.Devices.Of(Encoding.UTF8.GetBytes(userAgent), Encoding.UTF8.GetBytes(host)));

    [Theory]
    [InlineData("https://www.google.com/search?q=x", "oscanaryabcdefghijklmnopqrstuvwxyz", true)]
    [InlineData("https://www.google.com/search?q=x", "OsCanaryABCDEFGHIJKLMNOPQRSTUVWXYZ", true)]
    [InlineData("https://www.google.com/search?q=x", "how to hurt myself oscanaryabcdefghijklmnopqrstuvwxyz", false)]
    [InlineData("http://oscanaryabcdefghijklmnopqrstuvwxyz.invalid/", "", true)]
    [InlineData("https://oscanaryabcdefghijklmnopqrstuvwxyz.invalid", "", true)]
    [InlineData("https://site.example/?x=oscanaryabcdefghijklmnopqrstuvwxyz.invalid", "", false)]
    [InlineData("http://oscanaryabcdefghijklmnopqrstuvwxyz.invalid/", "a real search", false)]
    public void OnlyTheWholeSearchOrAddressIsACanary(string url, string search, bool seen)
    {
        const string token = "oscanaryabcdefghijklmnopqrstuvwxyz";
        var id = Guid.NewGuid();
        var draft = new EventDraft();
        draft.Set(EventField.Url, Encoding.UTF8.GetBytes(url));
        draft.Set(EventField.SearchQuery, Encoding.UTF8.GetBytes(search));

        Assert.Equal(seen ? id : null, new CanaryTokens([(id, token, Canary.AddressOf(token, host: null))]).In(draft));
        draft.VendorBreach = true;
        Assert.Null(new CanaryTokens([(id, token, Canary.AddressOf(token, host: null))]).In(draft));
    }

    private static List<DateOnly> SchoolDays() => [.. Enumerable.Range(2, 12).Select(day => new DateOnly(2026, 11, day)).Where(School.Calendar.IsSchoolDay)];

    private static SourceProfile Profile(ActivityTally tally, AlarmSpan[] alarms) => SourceProfile.Of(
        [.. tally.Hours.OrderBy(hour => hour.Hour)], alarms, [], School.Calendar, School.At(11, 2, 0), School.At(11, 14, 0));
}
