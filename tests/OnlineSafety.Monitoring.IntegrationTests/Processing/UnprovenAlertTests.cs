using System.Text;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.IntakeLog;

namespace OnlineSafety.Monitoring.IntegrationTests.Processing;

/// <summary>What the browser of a pupil reports, all the way to the queue.</summary>
[Collection(PostgresCollection.Name)]
public sealed class UnprovenAlertTests(PostgresFixture postgres) : ProcessingScene(postgres)
{
    private const string Grave = "painless+ways+to+kill+myself+tonight";

    [Theory]
    [InlineData("dpid=1&username=ada&url=https%3a%2f%2fwww%2egoogle%2ecom%2fsearch%3fq%3d" + Grave)]
    [InlineData("something=else&typed=" + Grave)]
    public async Task AnAlertOfABrowserAloneIsMarkedAndNoMoreThanHighAlsoWhereNoMappingReadsIt(string query)
    {
        await AddStaffAsync("dsl");
        var page = await Installation.AddSourceAsync("netsweeper", Protex.School);
        var records = new RecordBatch(query.Length);
        records.Add(RecordEnvelope.Of(Door.Http, RecordEnvelope.Form, ""), DateTimeOffset.UtcNow, RecordFlags.Unproven, Encoding.UTF8.GetBytes(query));
        await Log.AppendAsync(page, records, delivery: null, CancellationToken.None);
        await DrainAsync();

        Assert.Equal([(short)Severity.High, true], Assert.Single(await QueryAsync("SELECT severity, unproven FROM onlinesafety.alert")));
        // Who writes mails and digests may know that much and not why.
        await using var session = await Installation[DatabaseRole.Notify].OpenAsync(Protex.School, Actor.Service("test"), CancellationToken.None);
        Assert.Equal([true], session.Context.Alerts.Where(a => a.SchoolId == Protex.School).Select(a => a.Unproven).ToList());
    }

    [Fact]
    public async Task AnAlertOfAFilterIsNotMarked()
    {
        await AppendAsync(Search("ada", "painless ways to kill myself"));
        await DrainAsync();
        Assert.Equal([(short)Severity.Critical, false], Assert.Single(await QueryAsync("SELECT severity, unproven FROM onlinesafety.alert")));
    }
}
