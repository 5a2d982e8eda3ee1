using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.People;
using OnlineSafety.Monitoring.Processing;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Tests.Processing;

/// <summary>Names of columns are nobody's words, whatever they say; what stands below them is.</summary>
public sealed class ColumnNameTests
{
    private const string Names = "Time,Username,Source IP,URL,Search phrase,Kill myself";
    private const string Changed = "Logged,Username,Source IP,Link,Search phrase,Kill myself";

    [Theory]
    [InlineData("smoothwall", Names, 1, 0)]
    [InlineData("smoothwall", Changed, 0, 1)]
    [InlineData("smoothwall", Changed + "\nMonday,ada,192.0.2.7,https://maths.example.test/,fractions,no", 0, 1)]
    [InlineData("", Changed, 1, 0)]
    [InlineData("", Changed + "\nMonday,ada,192.0.2.7,https://maths.example.test/,fractions,no", 0, 0)]
    public void TheyRaiseNothingAndCountAsWhatTheyAre(string product, string text, int control, int unreadable)
    {
        var plan = Run(product, text);
        Assert.All(plan.Events, planned => Assert.Equal(Severity.None, planned.Assessment.Severity));
        Assert.Equal((control, unreadable), (plan.Count(Disposition.Control), plan.Activity.Hours.Sum(hour => hour.Unreadable)));
    }

    [Theory]
    [InlineData("smoothwall", Changed + "\nMonday,ada,192.0.2.7,https://a.example.test/,i want to kill myself,no")]
    [InlineData("", Changed + "\nMonday,ada,192.0.2.7,https://a.example.test/,i want to kill myself,no")]
    [InlineData("smoothwall", "i want to kill myself,Username,ada at home,https")]
    public void WordsBelowThemAreReadAndStandWhereTheyAreShown(string product, string text)
    {
        var planned = Assert.Single(Run(product, text).Events);
        Assert.Equal(Severity.Critical, planned.Assessment.Severity);
        Assert.Equal(text, planned.Event.Text);
        Assert.True(planned.Assessment.Reasons[0].Start >= text.LastIndexOf("i want to kill myself", StringComparison.Ordinal));
    }

    [Fact]
    public void AColumnThatItsMappingDoesNotSpeakOfIsAWordThatNoMapKnows() =>
        Assert.Contains(new UnmappedKey(UnmappedKey.Column, "Kill myself"), Run("smoothwall", Names + "\n02/03/2026 09:14:07,ada,192.0.2.7,https://a.example.test/,,no").Unmapped.Keys);

    private static RecordPlan Run(string product, string text)
    {
        var context = new StreamContext(
            new SourceKey(Guid.NewGuid(), Guid.NewGuid()), product, Repository.Rules.Mappings.Find(product), TimeZoneInfo.Utc, TimeSpan.FromHours(2), new SchoolPeople(new Dictionary<string, Subject>(), []))
        {
            Seal = Some.Seal,
            Capture = product.Length == 0,
        };
        var plan = new RecordPlan();
        plan.Start(1);
        var record = new RawRecord(RecordEnvelope.Of(Door.Http, RecordEnvelope.Csv, ""), Some.Time, RecordFlags.None, Encoding.UTF8.GetBytes(text));
        new Stages(Repository.Rules, NullLogger.Instance).Run(context, Guid.NewGuid(), 1, record, plan);
        return plan;
    }
}
