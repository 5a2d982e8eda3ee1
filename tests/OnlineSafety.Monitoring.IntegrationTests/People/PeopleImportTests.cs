using System.Text;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.IntegrationTests.Access;
using OnlineSafety.Monitoring.People;

namespace OnlineSafety.Monitoring.IntegrationTests.People;

public sealed class PeopleImportTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    [Fact]
    public async Task TheSameFileTwiceChangesNothingTheSecondTime()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await database.AddSchoolAsync();
        const string list = "account,aliases,role,year,class,dob\nada,a1,pupil,9,9B,2012-09-01\nbob,b1;b2,staff,,,\n";

        var first = await ImportAsync(database, school, list);
        var second = await ImportAsync(database, school, list);

        Assert.Equal((2, 0, 0), (first.Added, first.Changed, first.Unchanged));
        Assert.Equal((0, 0, 2), (second.Added, second.Changed, second.Unchanged));
        Assert.Equal("ada,bob a1,b1,b2", await NamesAsync(database));
    }

    [Fact]
    public async Task OneWrongLineKeepsEverythingOutUnlessToldOtherwise()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await database.AddSchoolAsync();
        const string list = "account,role\nada,pupil\nbob,alien\n";

        var refused = await ImportAsync(database, school, list);
        Assert.False(refused.Imported);
        Assert.Equal(" ", await NamesAsync(database));

        var taken = await ImportAsync(database, school, list, skipBad: true);
        Assert.True(taken.Imported);
        Assert.Equal(1, taken.Added);
        Assert.Equal(3, Assert.Single(taken.Errors).Line);
    }

    [Fact]
    public async Task AnAliasMovesFromOnePersonToAnother()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await database.AddSchoolAsync();
        await ImportAsync(database, school, "account,aliases,role\nada,shared,pupil\nbob,,pupil\n");

        var moved = await ImportAsync(database, school, "account,aliases,role\nada,,pupil\nbob,shared,pupil\n");

        Assert.Equal(2, moved.Changed);
        var (people, aliases) = await OpenedAsync(database);
        Assert.Equal("bob", people.Single(p => p.PersonId == aliases.Single(a => a.Alias == "shared").PersonId).Account);
    }

    [Fact]
    public async Task WhatTheSchoolReceivesMeanwhileDoesNotWaitForTheImport()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await database.AddSchoolAsync();
        // Every row of intake, events and alerts names its school, and each such row takes a share of the school's row.
        await ImportAsync(database, school, "account,role\nada,pupil\n", progress: _ => database.Test.RunAsync(
            "SET lock_timeout = '1s'; INSERT INTO onlinesafety.data_key (school_id, day, key_id, master_id, wrapped) SELECT school_id, '2026-03-02', school_id, '', '' FROM onlinesafety.school WHERE kind = 'school'")
            .GetAwaiter().GetResult());
        Assert.Equal(1L, await database.Test.RunAsync("SELECT count(*) FROM onlinesafety.data_key"));
    }

    [Fact]
    public async Task ALargeListGoesInAndReportsHowFarItIs()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await database.AddSchoolAsync();
        var list = new StringBuilder("account,aliases,role\n");
        for (var i = 0; i < 1200; i++)
        {
            list.Append(System.Globalization.CultureInfo.InvariantCulture, $"pupil{i},alias{i},pupil\n");
        }

        var steps = new List<int>();
        var result = await ImportAsync(database, school, list.ToString(), progress: steps.Add);

        Assert.Equal(1200, result.Added);
        Assert.Equal([500, 1000, 1200], steps);
        Assert.Equal(1200L, await database.Test.RunAsync("SELECT count(*) FROM onlinesafety.person_alias"));
    }

    private static async Task<ImportResult> ImportAsync(
        InstallationDatabase database, Guid school, string list, bool skipBad = false, Action<int>? progress = null)
    {
        using var input = new MemoryStream(Encoding.UTF8.GetBytes(list));
        var file = PeopleFile.Read(input, new DateOnly(2026, 11, 20));
        return await new PeopleImport(database[DatabaseRole.Setup], database.Seals, TimeProvider.System)
            .RunAsync(school, file, skipBad, InstallationDatabase.Tester, progress ?? (_ => { }), default);
    }

    [Fact]
    public async Task ANameToldApartJoinsNothingOutlivesAnImportAndIsGivenBack()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await database.AddSchoolAsync();
        await ImportAsync(database, school, "account,aliases,role,year\nada,a1;a2,pupil,9\nbob,b1,staff,\n");
        var register = new NameRegister(database[DatabaseRole.Setup], database.Seals);
        var alert = Guid.NewGuid();

        Assert.True(await register.SetAsync(school, "ada", "SCHOOL\\A1", apart: true, alert, InstallationDatabase.Tester, default));
        // Of another person, of nobody, and of a recipient, whose own alerts a lost name would show.
        Assert.False(await register.SetAsync(school, "ada", "b1", apart: true, alert, InstallationDatabase.Tester, default));
        Assert.False(await register.SetAsync(school, "ada", "a3", apart: true, alert, InstallationDatabase.Tester, default));
        Assert.False(await register.SetAsync(school, "bob", "b1", apart: true, alert, InstallationDatabase.Tester, default));
        Assert.Equal("ada,bob a2,b1", await NamesAsync(database));

        var again = await ImportAsync(database, school, "account,aliases,role,year\nada,a1;a2,pupil,10\nbob,b1,staff,\n");
        Assert.Equal((0, 1, 1), (again.Added, again.Changed, again.Unchanged));
        Assert.Equal("ada,bob a2,b1", await NamesAsync(database));
        var names = await register.OfAsync(school, "ada", ["a1@school.example", "a2", "b1"], InstallationDatabase.Tester, default);
        Assert.Equal(["a1@school.example", "a2"], names.Keys.Order(StringComparer.Ordinal));
        Assert.NotNull(names["a1@school.example"]);
        Assert.Null(names["a2"]);

        Assert.True(await register.SetAsync(school, "ada", "a1", apart: false, alert, InstallationDatabase.Tester, default));
        Assert.Equal("ada,bob a1,a2,b1", await NamesAsync(database));
        Assert.Equal([$"operator tester people.name-apart {alert}", $"operator tester people.name-back {alert}"], await database.AccessRecordsAsync("people.name%"));
    }

    private static async Task<string> NamesAsync(InstallationDatabase database)
    {
        var (people, aliases) = await OpenedAsync(database);
        return $"{string.Join(',', people.Select(p => p.Account).Order(StringComparer.Ordinal))} {string.Join(',', aliases.Select(a => a.Alias).Order(StringComparer.Ordinal))}";
    }

    private static async Task<(List<Person> People, List<PersonAlias> Aliases)> OpenedAsync(InstallationDatabase database)
    {
        var school = (Guid)(await database.Test.RunAsync("SELECT school_id FROM onlinesafety.school WHERE kind = 'school'"))!;
        await using var session = await database[DatabaseRole.Setup].OpenAsync(school, InstallationDatabase.Tester, default);
        return await SealedPeople.ReadAsync(session, await database.Seals.OfAsync(school, default), default);
    }
}
