using System.IO.Compression;
using System.Text;
using System.Text.Json;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Audit;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Retention;

namespace OnlineSafety.Monitoring.IntegrationTests.Retention;

[Collection(PostgresCollection.Name)]
public sealed class SubjectAccessTests(PostgresFixture postgres) : RetentionScene(postgres)
{
    [Fact]
    public async Task APersonIsGivenWhatIsStoredAboutThemAndNothingOfOthers()
    {
        await AddPersonAsync("annabel.quick", new DateOnly(2012, 5, 3), "a.quick");
        await AddPersonAsync("ben.other", born: null, "benny");
        await AppendAsync(Search("annabel.quick", $"{Grave} because of ben.other"), Search("ben.other", Grave), Visit("a.quick", "https://www.bbc.co.uk/bitesize", "Education"));
        await DrainAsync();
        await ResolveAsync("annabel.quick", "concern", "Spoke with her and with Benny");
        await KeepAsync();

        var file = await new SubjectAccess(Retention, Seals, TimeProvider.System).ReadAsync(School, "A.QUICK@school.example", "request of annabel.quick", Officer, CancellationToken.None);

        Assert.Equal(("annabel.quick", "2012-05-03"), (Assert.Single(file.Listed).Account, file.Listed[0].DateOfBirth!.Value.ToString("yyyy-MM-dd", null)));
        Assert.Equal($"Spoke with her and with {NameMask.Somebody}", Assert.Single(file.Alerts).Note);
        Assert.Equal([false, true], file.Events.Select(e => e.Kept));
        using var zip = new MemoryStream();
        await SubjectAccessPages.WriteAsync(file, zip, CancellationToken.None);
        var pages = await PagesAsync(zip);
        Assert.Equal(["data.json", "index.html"], pages.Keys.Order(StringComparer.Ordinal));
        Assert.All(pages.Values, page => Assert.DoesNotContain("ben.other", page, StringComparison.OrdinalIgnoreCase));
        Assert.All(pages.Values, page => Assert.DoesNotContain("benny", page, StringComparison.OrdinalIgnoreCase));
        Assert.All(["painless ways", "bitesize", "Not in it: ordinary browsing", "3 May 2012"], words => Assert.Contains(words, pages["index.html"], StringComparison.Ordinal));
        Assert.Equal("annabel.quick", JsonDocument.Parse(pages["data.json"]).RootElement.GetProperty("about").GetString());
        // The control: without taking names out, the other child would be read.
        Assert.Contains((await DumpAsync()).Split('\n'), line => line.Contains("ben.other", StringComparison.Ordinal) && line.Contains("because of", StringComparison.Ordinal));

        var look = (await QueryAsync($"SELECT object, reason FROM onlinesafety.access_record WHERE action = '{AuditTrail.SubjectAccessAction}'"))[0];
        var seal = await Installation.Seals.OfAsync(School, CancellationToken.None);
        Assert.Equal(("all 1", "request of annabel.quick"), ((string)look[0], seal.OpenWords((string)look[1], SealedField.AccessReason)));
        Assert.DoesNotContain("annabel", (string)look[1], StringComparison.Ordinal);
        var saw = await new AuditTrail(Installation[DatabaseRole.Audit], Installation.Seals).WhoSawAsync(School, Officer, new AlertReference(Id: null, 1), reason: null, CancellationToken.None);
        Assert.Contains(saw!, sighting => sighting.Entry.Action == AuditTrail.SubjectAccessAction);
    }

    [Fact]
    public async Task AMemberOfStaffTakesOutWhatIsOnTheirDeskAndTheHostAll()
    {
        var (dsl, teacher) = (Actor.Member(Guid.NewGuid(), "D. Lead", ["dsl"]), Guid.NewGuid());
        await Installation.Store.RunAsync($"""
            INSERT INTO onlinesafety.staff (school_id, staff_id, name, email, roles, accounts) VALUES
                ('{School}', '{dsl.Staff}', 'D. Lead', 'd.lead@school.example', ARRAY['dsl'], ARRAY['d.lead']), ('{School}', '{teacher}', 'T. Teacher', 't@school.example', ARRAY['it'], ARRAY['t.teacher'])
            """);
        await AddPersonAsync("annabel.quick");
        await AppendAsync(Search("annabel.quick", Grave), Search("t.teacher", Grave));
        await DrainAsync();
        await ResolveAsync("t.teacher", "concern", "Told to the LADO");
        await KeepAsync();

        Assert.Equal((1, 1), await TakenAsync("annabel.quick", dsl));
        Assert.Equal((0, 0), await TakenAsync("t.teacher", dsl));
        Assert.Equal((1, 1), await TakenAsync("t.teacher", Officer));

        async Task<(int Alerts, int Events)> TakenAsync(string account, Actor actor)
        {
            var file = await new SubjectAccess(Retention, Seals, TimeProvider.System).ReadAsync(School, account, "request", actor, CancellationToken.None);
            return (file.Alerts.Count, file.Events.Count);
        }
    }

    private static async Task<Dictionary<string, string>> PagesAsync(MemoryStream zip)
    {
        var pages = new Dictionary<string, string>(StringComparer.Ordinal);
        await using var archive = new ZipArchive(zip, ZipArchiveMode.Read);
        foreach (var entry in archive.Entries)
        {
            using var reader = new StreamReader(await entry.OpenAsync(), Encoding.UTF8);
            pages[entry.FullName] = await reader.ReadToEndAsync();
        }

        return pages;
    }
}
