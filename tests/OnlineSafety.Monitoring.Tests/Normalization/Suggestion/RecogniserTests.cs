using OnlineSafety.Monitoring.Normalization.Suggestion;

namespace OnlineSafety.Monitoring.Tests.Normalization.Suggestion;

/// <summary>Each kind of value, and what only looks like it.</summary>
public sealed class RecogniserTests
{
    // The packs' received time is 2 March 2026, 14:00 UTC.
    [Theory]
    [InlineData("x", "time", "2026-03-02T09:14:07Z", "2026-03-02T09:15:07Z")]
    [InlineData("x", "time", "2026-03-02 09:14:07", "2026-03-01 09:15:07")]
    [InlineData("x", "time", "1772442847", "1772442900")]
    [InlineData("x", "time", "1772442847381", "1772442900000")]
    [InlineData("x", "time", "27/02/2026 09:14", "02/03/2026 09:15")]
    [InlineData("x", "time", "2 Mar 2026 09:14:07", "28 Feb 2026 09:15:07")]
    [InlineData("x", "time", "02/03/2026 9:14 AM", "27/02/2026 4:15 PM")]
    [InlineData("x", "deviceIp", "10.20.30.41", "10.20.30.42")]
    [InlineData("src", "deviceIp", "203.0.113.9", "203.0.113.10")]
    [InlineData("x", "url", "https://www.example.test/a?b=1", "http://shop.example.com")]
    [InlineData("x", "url", "www.example.test", "shop.example.com")]
    [InlineData("x", "url", "www.example.test:443", "shop.example.com/path")]
    [InlineData("x", "user", "SCHOOL\\a.patel", "SCHOOL\\z.khan")]
    [InlineData("x", "user", "a.patel@school.example", "z.khan@school.example")]
    [InlineData("pupil", "user", "a.patel", "z.khan")]
    [InlineData("pupil", "user", "Asha Patel", "Zain Khan")]
    [InlineData("usr", "user", "204518", "204519")]
    [InlineData("User (Group)", "group", "a.patel (Year 9)", "z.khan (Year 7)")]
    [InlineData("x", "user", "jsmith", "pkhan")]
    [InlineData("x", "deviceHost", "LIB-07", "CB-00114")]
    [InlineData("computerName", "deviceHost", "libraryone", "librarytwo")]
    [InlineData("x", "group", "Year 9", "Year 10")]
    [InlineData("x", "action", "Denied", "Allowed")]
    [InlineData("x", "action", "TCP_DENIED/403", "TCP_MISS/200")]
    [InlineData("wasBlocked", "action", "true", "false")]
    [InlineData("httpStatus", "action", "403", "200")]
    [InlineData("x", "severity", "critical", "moderate")]
    [InlineData("x", "categories", "Gambling", "Weapons")]
    [InlineData("topic", "categories", "Gambling, Weapons", "Weapons")]
    [InlineData("x", "text", "meet me behind the hall at four", "nobody would miss me anyway")]
    [InlineData("caption", "text", "chat", "notes")]
    [InlineData("x", "app", "chrome.exe", "WINWORD.EXE")]
    [InlineData("searchTerm", "searchQuery", "volcano", "roman roads")]
    [InlineData("x", "userAgent", "Mozilla/5.0 (X11; CrOS x86_64)", "Mozilla/5.0 (iPad; CPU OS 18_0)")]
    public void AValueIsKnownByItsForm(string name, string field, params string[] values)
    {
        var best = Captured.Best((name, values));
        Assert.True(best is not null, "nothing was recognised");
        Assert.True(Meanings.FieldOf(best.Meaning) == field, $"{best.Meaning}: {best.Evidence}");
    }

    [Theory]
    [InlineData("x", "time", "09:14:07", "10:15:09")] // a clock is no address, and no whole time
    [InlineData("x", "deviceIp", "09:14:07", "10:15:09")]
    [InlineData("x", "deviceIp", "5.0.1.", "10.0.19041.1")]
    [InlineData("x", "deviceIp", "00:1a:2b:3c:4d:5e", "00:1a:2b:3c:4d:5f")]
    [InlineData("dstip", "deviceIp", "203.0.113.9", "203.0.113.10")]
    [InlineData("destinationIp", "deviceIp", "10.0.0.9", "10.0.0.10")]
    [InlineData("x", "time", "1000000001", "1000000002")] // ten digits that are a counter, not a second of this decade
    [InlineData("x", "time", "07700900123", "07700900124")]
    [InlineData("x", "url", "j.smith", "b.okafor")] // accounts with a point
    [InlineData("x", "url", "chrome.exe", "essay.docx")]
    [InlineData("x", "url", "10.0.19041", "10.0.22631")]
    [InlineData("screenshot", "url", "https://console.example.test/capture/1", "https://console.example.test/capture/2")]
    [InlineData("referer", "url", "https://a.example.test/", "https://b.example.test/")]
    [InlineData("userAgent", "user", "Mozilla/5.0 (X11)", "Mozilla/5.0 (iPad)")]
    [InlineData("userGroup", "user", "Year 9", "Year 10")]
    [InlineData("user_agent", "user", "Mozilla/5.0 (X11; CrOS x86_64)", "Mozilla/5.0 (iPad)")]
    [InlineData("user_ip", "user", "10.20.30.41", "10.20.30.42")]
    [InlineData("x", "user", "https://a.example.test/@me", "https://b.example.test/@you")]
    [InlineData("category", "deviceHost", "18-24", "25-34")]
    [InlineData("x", "severity", "notice", "warning")] // levels of a network device
    [InlineData("level", "severity", "information", "warning", "error")]
    [InlineData("eventStatus", "action", "Unread", "Closed")]
    [InlineData("x", "text", "text/html", "image/png")]
    [InlineData("x", "text", "0b9f2d4c-93c1-4c58-9a1f-2f6d8a3b7c10", "1b9f2d4c-93c1-4c58-9a1f-2f6d8a3b7c11")]
    [InlineData("categoryId", "severity", "1", "5")]
    public void WhatOnlyLooksLikeItIsNotTakenForIt(string name, string field, params string[] values)
    {
        var best = Captured.Best((name, values));
        Assert.NotEqual(field, best is null ? "" : Meanings.FieldOf(best.Meaning));
    }

    [Theory]
    [InlineData("x", "GET", "POST")]
    [InlineData("x", "text/html", "application/json")]
    [InlineData("bytes", "5120", "811")]
    [InlineData("x", "0b9f2d4c-93c1-4c58-9a1f-2f6d8a3b7c10", "1b9f2d4c-93c1-4c58-9a1f-2f6d8a3b7c11")]
    public void WhatSaysNothingOfAChildIsIgnored(string name, params string[] values) => Assert.Equal(Meaning.Nothing, Captured.Best((name, values))!.Meaning);

    [Theory]
    [InlineData("password", "hunter2 is it", "hunter3 is it")]
    [InlineData("sessionToken", "abc", "def")]
    [InlineData("x", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.c2lnbmF0dXJlLXNpZ25hdHVyZQ", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkxIn0.c2lnbmF0dXJlLXNpZ25hdHVyZQ")]
    public void ASecretIsNeverKept(string name, params string[] values) => Assert.Equal(Meaning.Secret, Captured.Best((name, values))!.Meaning);

    [Fact]
    public void ADateWithoutANumberAboveTwelveIsAskedForAndNeverGuessed()
    {
        var claim = Captured.Best(("when", ["02/03/2026 09:14:07", "01/03/2026 10:00:00"]))!;
        Assert.Null(claim.Recipe);
        Assert.Equal(["--day-first", "--month-first"], claim.Choices.Select(choice => choice.Flag));
        Assert.Equal("dd/MM/yyyy HH:mm:ssf", claim.Choices[0].Recipe["formats"]![0]!.GetValue<string>());
    }

    [Theory]
    [InlineData("13/02/2026 09:14", "dd/MM/yyyy HH:mm")]
    [InlineData("02/13/2026 09:14", "MM/dd/yyyy HH:mm")]
    public void OneNumberAboveTwelveSaysWhichIsTheDay(string telling, string format)
    {
        var claim = Captured.Best(("when", ["02/03/2026 09:14", telling, "01/03/2026 10:00"]))!;
        Assert.Empty(claim.Choices);
        Assert.Equal([format], claim.Recipe!["formats"]!.AsArray().Select(f => f!.GetValue<string>()));
        Assert.Contains("1 of them", claim.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public void AWordThatIsInTheUrlBesideIsASearchTermWhateverItsName()
    {
        var best = Captured.Best(
            ("x7", ["roman roads", "how volcanoes work"]),
            ("url", ["https://www.bing.com/search?q=roman+roads", "https://www.bing.com/search?q=how%20volcanoes%20work"]));
        Assert.Equal(Meaning.SearchQuery, best!.Meaning);
    }

    [Fact]
    public void NumbersOfASeverityAreAskedForBecauseTheWorstMayBeTheLeast()
    {
        var claim = Captured.Best(("riskLevel", ["1", "5", "3"]))!;
        Assert.Equal(Meaning.Severity, claim.Meaning);
        Assert.Equal(["--high-is-worst", "--low-is-worst"], claim.Choices.Select(choice => choice.Flag));
        Assert.Equal((5, 1), (claim.Choices[0].Recipe["map"]!["5"]!.GetValue<int>(), claim.Choices[1].Recipe["map"]!["5"]!.GetValue<int>()));
    }

    [Fact]
    public void NothingWithWordsIsEverIgnored()
    {
        string[] words = ["i cannot do this any more", "see you behind the gym", "bring it tomorrow ok"];
        foreach (var name in (string[])["x", "bytes", "id", "level", "category", "status", "type", "seq"])
        {
            var best = Captured.Best((name, words));
            Assert.True(best is not null && Meanings.IsField(best.Meaning), $"{name}: {best?.Meaning}");
        }
    }
}
