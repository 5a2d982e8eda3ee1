using System.Text;
using Microsoft.Extensions.Options;
using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Digests;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.Notifications.Email;
using OnlineSafety.Monitoring.Tests.Classification;

namespace OnlineSafety.Monitoring.Tests.Digests;

/// <summary>What may be a child's own words or name is said to those alone who answer alerts about pupils.</summary>
public sealed class DigestForOthersTests
{
    private static readonly TimeZoneInfo London = TimeZoneInfo.FindSystemTimeZoneById("Europe/London");
    private static readonly DigestDocument Document = new(new ThemeCodes(), new CategoryWords(Categories), Options.Create(new MailOptions { BaseUrl = "https://safety.example.test" }));
    private static readonly DateTimeOffset To = new(2026, 11, 25, 7, 30, 0, TimeSpan.Zero);

    private static readonly DigestContent Content = new()
    {
        School = "Oak School", Day = new DateOnly(2026, 11, 25), Late = false, From = To.AddDays(-1), To = To, Actions = [], Alerts = [], Unacknowledged = [], Sources = [], Heads = [],
        Watch = new WatchReport { Backlog = 0, Dsls = 1, Deputies = 1, Heads = 1, Chairs = 1 },
        Blocked =
        [
            new BlockedActivity("Alfie Adams", "none", 30), new BlockedActivity("105", "none", 12), new BlockedActivity("gambling", "gambling", 9), new BlockedActivity("Other", "drugs", 4),
            new BlockedActivity("Harmless (Bea Brown)", "none", 6), new BlockedActivity("", "none", 7),
        ],
        BlockedTotal = 70,
        Exclusions =
        [
            new Exclusion("how to make a zip gun", Rule: false, "Asked by Cleo Clark.", "D. Lead", To.AddDays(3)), new Exclusion("dagger lane", Rule: false, "A road.", "D. Lead", To.AddDays(3)),
            new Exclusion("weapons.make", Rule: true, "Too often.", "D. Lead", To.AddDays(3)),
        ],
        Silences = [new SilenceReport("theme games, up to medium", "Dev Dean is being looked after.", "D. Lead", "", Waits: false, To.AddDays(2), 3, "")],
    };

    private static StaffMember Reader(params string[] roles) => new(Guid.NewGuid(), roles, Enabled: true);

    private static string Text(DigestContent content, StaffMember reader) => Document.Render(content, reader, London).Body.ToText();

    [Theory]
    [InlineData("dsl", true)]
    [InlineData("deputy", true)]
    [InlineData("deputy digest", true)]
    [InlineData("head", false)]
    [InlineData("chair", false)]
    [InlineData("digest", false)]
    [InlineData("governor digest", false)]
    [InlineData("pastoral", false)]
    [InlineData("head chair governor dpo it admin digest pastoral", false)]
    [InlineData("", false)]
    public void WordsThatMayBeAChildsAreSaidToTheSafeguardingDeskAlone(string roles, bool said)
    {
        var text = Text(Content, Reader(roles.Split(' ')));

        foreach (var words in new[] { "zip gun", "Cleo Clark", "dagger lane", "weapons.make", "Too often", "Dev Dean", "Alfie Adams", "105", "Bea Brown" })
        {
            Assert.Equal(said, text.Contains(words, StringComparison.Ordinal));
        }

        Assert.Equal(!said, text.Contains("2 phrases and 1 rule are excluded. The safeguarding lead has the list.", StringComparison.Ordinal));
        Assert.Contains("Theme games, up to medium: until Fri 27 Nov 07:30. By D. Lead", text, StringComparison.Ordinal);
        Assert.Contains("3 alerts of this period were not told of", text, StringComparison.Ordinal);
    }

    [Fact]
    public void ToOthersUnknownCategoriesAreOneAndWhatIsRareIsCountedWithTheRest()
    {
        var text = Text(Content, Reader("digest"));

        Assert.Matches(@"\(a category not known here\) +None +42\n", text);
        Assert.Matches(@"Gambling +Gambling +9\n", text);
        Assert.Matches(@"Harmless +None +6\n", text);
        Assert.Matches(@"\(no category\) +None +7\n", text);
        Assert.Matches(@"All other categories +6\n", text);
        Assert.DoesNotContain("Drugs", text, StringComparison.Ordinal);
        Assert.Matches(@"Other +Drugs +4\n", Text(Content, Reader("dsl")));
    }

    [Fact]
    public void WhereAllIsRareSomethingWasBlockedAllTheSame()
    {
        var text = Text(Content with { Blocked = [new BlockedActivity("gambling", "gambling", 1)], BlockedTotal = 1 }, Reader("digest"));

        Assert.DoesNotContain("No blocked activity", text, StringComparison.Ordinal);
        Assert.Matches(@"All other categories +1\n", text);
    }

    [Fact]
    public void WhoeverJoinedTheDeskSinceDoesNotSeeMoreThanWhatWasCut()
    {
        var scope = DigestScope.FromJson(DigestScope.Of(Content, Reader("digest")).ToJson());

        Assert.DoesNotContain("zip gun", Text(scope.Cut(Content), Reader("dsl")), StringComparison.Ordinal);
        Assert.Contains("zip gun", Text(DigestScope.Of(Content, Reader("dsl")).Cut(Content), Reader("dsl")), StringComparison.Ordinal);
        Assert.DoesNotContain("zip gun", Text(DigestScope.Of(Content, Reader("dsl")).Cut(Content), Reader("digest")), StringComparison.Ordinal);
    }

    private static CategoryMap Categories()
    {
        var (map, errors) = (new CategoryMap(), new RuleErrors());
        map.Add("one", Encoding.UTF8.GetBytes("""
            {"vendor":"one","version":"1","categories":[{"names":["Gambling"],"weight":"theme","themes":["gambling"]},{"names":["Other"],"weight":"theme","themes":["drugs"]},
             {"names":["Harmless","105"],"weight":"ignore"}]}
            """), Taxonomy.Parse(RuleFiles.Taxonomy, errors), errors);
        errors.Throw();
        return map;
    }
}
