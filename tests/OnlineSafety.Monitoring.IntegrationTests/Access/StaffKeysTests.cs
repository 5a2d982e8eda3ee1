using OnlineSafety.Monitoring.Access;

namespace OnlineSafety.Monitoring.IntegrationTests.Access;

public sealed class StaffKeysTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    [Fact]
    public async Task AKeySaysSchoolPersonAndRoutes()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        await database.AddSchoolAsync("Other School");
        var school = await database.AddSchoolAsync();
        var head = await database.AddStaffAsync(school, "head", "head", "digest");

        var found = await new StaffKeys(database[DatabaseRole.Console]).FindAsync(head.Key, default);

        Assert.NotNull(found);
        Assert.Equal(school, found.School);
        Assert.Equal((head.Staff.StaffId, "head"), (found.Actor.Staff!.Value, found.Actor.Name));
        Assert.Equal(["head"], found.Actor.Routes);
    }

    [Fact]
    public async Task AKeyThatIsUnknownOrOfSomebodyDisabledFindsNobody()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await database.AddSchoolAsync();
        var dsl = await database.AddStaffAsync(school, "dsl", "dsl");
        var keys = new StaffKeys(database[DatabaseRole.Console]);

        Assert.Null(await keys.FindAsync(AccessKey.Create(AccessKey.StaffPrefix), default));
        Assert.Null(await keys.FindAsync("", default));
        Assert.NotNull(await keys.FindAsync(dsl.Key, default));

        await database.Test.RunAsync("UPDATE onlinesafety.staff SET enabled = false");
        Assert.Null(await keys.FindAsync(dsl.Key, default));
    }
}
