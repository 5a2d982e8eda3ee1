using System.Text.Json;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Retention;

namespace OnlineSafety.Monitoring.IntegrationTests.Retention;

/// <summary>A data protection officer who erases: told nothing of what others wrote, and nothing of themselves.</summary>
[Collection(PostgresCollection.Name)]
public sealed class ErasureByStaffTests(PostgresFixture postgres) : RetentionScene(postgres)
{
    private const string Child = "annabel.quick";
    private const string Twin = "annabel.quickly";
    private static readonly Actor Olive = Actor.Member(Guid.NewGuid(), "Olive Officer", ["dpo"]);
    private static readonly Actor Other = Actor.Member(Guid.NewGuid(), "Otto Officer", ["dpo"]);

    [Theory]
    [InlineData("painless")]
    [InlineData(Child)]
    public async Task ATryIsNoSearchInWhatOthersWrote(string word)
    {
        await AddOfficersAsync();
        await AppendAsync(Search(Twin, $"{Grave} because of {Child}"));
        await DrainAsync();
        var eraser = new ErasureDesk(Retention, Seals, TimeProvider.System) { MayBeNobody = true };

        Assert.Equal(await TriedAsync("zzz", "unsaid"), await TriedAsync("zzz", word));
        Assert.Equal(await TriedAsync("unsaid"), await TriedAsync(word));
        Assert.DoesNotContain("lert 1", await TriedAsync(word), StringComparison.Ordinal);
        // Nor is it by what is refused.
        var known = (await Assert.ThrowsAsync<RetentionException>(() => Eraser().PreviewAsync(School, word, [], "asked", Olive, CancellationToken.None))).Message;
        Assert.Equal(known, (await Assert.ThrowsAsync<RetentionException>(() => Eraser().RunAsync(School, "unsaid", [], "asked", Olive, CancellationToken.None))).Message);
        // The host can read everything.
        Assert.Contains("about somebody else", Assert.Single((await eraser.PreviewAsync(School, word, [], "asked", Officer, CancellationToken.None)).Stays), StringComparison.Ordinal);

        async Task<string> TriedAsync(string person, params string[] also)
        {
            var proof = await eraser.PreviewAsync(School, person, also, "asked", Olive, CancellationToken.None);
            Assert.Contains("the DSL decides", proof.OfOthers, StringComparison.Ordinal);
            return JsonSerializer.Serialize(proof with { At = default });
        }
    }

    [Fact]
    public async Task ATryShowsWhatIsAboutThePersonAndTheErasureIsWhole()
    {
        await AddOfficersAsync();
        await AddPersonAsync(Child);
        await AppendAsync(Search(Child, Grave), Search(Twin, $"{Grave} because of Annabel Quick"));
        await DrainAsync();
        await ResolveAsync(Child, "false-alert");

        var tried = await Eraser().PreviewAsync(School, Child, ["Annabel Quick"], "asked", Olive, CancellationToken.None);
        var open = await Eraser().RunAsync(School, Child, ["Annabel Quick"], "asked", Olive, CancellationToken.None);
        Assert.Equal((1L, 1L, 1L), (tried.Deleted["alert"], tried.Deleted["event"], tried.Deleted["person"]));
        Assert.Equal((1L, 1L), (open.Deleted["alert"], open.Deleted["event"]));
        var stays = Assert.Single(open.Stays);
        Assert.Contains("the DSL decides", stays, StringComparison.Ordinal);
        Assert.DoesNotMatch("[0-9]", stays);

        await ResolveAsync(Twin, "false-alert");
        Assert.Empty((await Eraser().RunAsync(School, Child, ["Annabel Quick"], "asked", Olive, CancellationToken.None)).Stays);
        await AssertGoneAsync(Child, "Annabel Quick");
    }

    [Fact]
    public async Task ATryLeavesWhoWasTriedAndWhy()
    {
        await AddOfficersAsync();
        await AddPersonAsync(Child);

        await Eraser().PreviewAsync(School, Child, ["Annabel Quick"], $"The parents of {Child}, Annabel Quick", Olive, CancellationToken.None);
        await Eraser().PreviewAsync(School, Child, [], "Asked again", Olive, CancellationToken.None);

        var seal = await Installation.Seals.OfAsync(School, CancellationToken.None);
        var rows = await QueryAsync("SELECT object, reason, actor_name FROM onlinesafety.access_record WHERE action = 'person.erase-preview' ORDER BY seq");
        Assert.Equal(["The parents of [erased], [erased]", "Asked again"], rows.ConvertAll(row => seal.OpenWords((string)row[1], SealedField.AccessReason)));
        Assert.All(rows, row => Assert.Matches("^[0-9a-f-]{36} [0-9a-f]{32}$", (string)row[0]));
        Assert.All(rows, row => Assert.Equal("Olive Officer", row[2]));
    }

    [Theory]
    [InlineData("olive.officer")]
    [InlineData("SCHOOL\\Olive.Officer")]
    [InlineData("Olive.Officer@school.example")]
    [InlineData("o.officer@mail.example")]
    [InlineData("o.off")]
    public async Task NobodyTriesErasesOrHoldsThemselves(string name)
    {
        await AddOfficersAsync();
        await AddPersonAsync("olive.officer", Events.PersonRole.Staff, born: null, "o.off");
        var before = await RefusedAsync();
        await AppendAsync(Search("olive.officer", Grave));
        await DrainAsync();
        Assert.Equal(1, await CountAsync("alert", $"subject_staff = '{Olive.Staff}'"));

        // The same, whether anything is stored or not, and also while somebody else holds it.
        Assert.Equal(before, await RefusedAsync());
        await ResolveAsync("olive.officer", "false-alert");
        var hold = await Holds().PlaceOnPersonAsync(School, "olive.officer", "inquiry", Other, CancellationToken.None);
        Assert.Equal(before, await RefusedAsync());
        await Holds().LiftAsync(School, hold, "over", Other, CancellationToken.None);
        Assert.Equal(before, await RefusedAsync());
        Assert.Equal((1, 0), (await CountAsync("alert"), await CountAsync("erasure")));

        Assert.Equal(1, (await Eraser().RunAsync(School, "olive.officer", [], "asked", Other, CancellationToken.None)).Deleted["alert"]);

        async Task<string> RefusedAsync()
        {
            var said = new HashSet<string>(StringComparer.Ordinal);
            foreach (var ask in new Func<Task>[]
            {
                () => Eraser().PreviewAsync(School, name, [], "asked", Olive, CancellationToken.None),
                () => Eraser().PreviewAsync(School, Child, [name, "olive.officer"], "asked", Olive, CancellationToken.None),
                () => Eraser().RunAsync(School, name, [], "asked", Olive, CancellationToken.None),
                () => Eraser().RunAsync(School, Child, [name, "olive.officer"], "asked", Olive, CancellationToken.None),
                () => Holds().PlaceOnPersonAsync(School, name, "asked", Olive, CancellationToken.None),
            })
            {
                said.Add((await Assert.ThrowsAsync<RetentionException>(ask)).Message);
            }

            return Assert.Single(said);
        }
    }

    [Fact]
    public async Task AnAlertAboutOneselfIsNotThereToBeHeld()
    {
        await AddOfficersAsync();
        await AppendAsync(Search("olive.officer", Grave));
        await DrainAsync();
        var none = (await Assert.ThrowsAsync<RetentionException>(() => Holds().PlaceOnAlertAsync(School, new AlertReference(null, 99), "asked", Olive, CancellationToken.None))).Message;

        Assert.Equal(none, (await Assert.ThrowsAsync<RetentionException>(() => Holds().PlaceOnAlertAsync(School, new AlertReference(null, 1), "asked", Olive, CancellationToken.None))).Message);
        await Holds().PlaceOnAlertAsync(School, new AlertReference(null, 1), "police", Other, CancellationToken.None);
        Assert.Empty(await Holds().ListAsync(School, all: true, Olive, CancellationToken.None));
        Assert.Single(await Holds().ListAsync(School, all: true, Other, CancellationToken.None));
    }

    private Task AddOfficersAsync() => Installation.Store.RunAsync($"""
        INSERT INTO onlinesafety.staff (school_id, staff_id, name, email, roles, accounts) VALUES
            ('{School}', '{Olive.Staff}', 'Olive Officer', 'o.officer@mail.example', ARRAY['dpo'], ARRAY['olive.officer']),
            ('{School}', '{Other.Staff}', 'Otto Officer', 'otto@mail.example', ARRAY['dpo'], ARRAY['otto'])
        """);
}
