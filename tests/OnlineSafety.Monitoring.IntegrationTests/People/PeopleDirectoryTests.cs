using System.Text;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.IntegrationTests.Access;
using OnlineSafety.Monitoring.People;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.People;

public sealed class PeopleDirectoryTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    [Fact]
    public async Task PeopleAreOpenedAnewWhenSomethingAboutThemChangedAndOnlyThen()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var (school, other) = (await database.AddSchoolAsync(), await database.AddSchoolAsync("Other Academy"));
        var time = new ManualTimeProvider(DateTimeOffset.UnixEpoch);
        var directory = new PeopleDirectory(database[DatabaseRole.Process], database.Seals, time);
        await ImportAsync(school, "account,aliases,role\nada,a1,pupil\nbob,,pupil\n");
        var before = await NextAsync();
        Assert.Equal(PersonRole.Pupil, RoleOf(before, "a1"));

        await ImportAsync(other, "account,aliases,role\nada,a1,staff\n");
        Assert.Same(before, await NextAsync());

        var steps = new (Func<Task> Change, string Account, PersonRole Becomes)[]
        {
            (() => ImportAsync(school, "account,aliases,role\nada,a1,pupil\nbob,b1,pupil\n"), "b1", PersonRole.Pupil),
            (() => ImportAsync(school, "account,aliases,role\nada,a1,staff\nbob,b1,pupil\n"), "ada", PersonRole.Staff),
            (() => database.AddStaffAsync(school, "carol", "dsl"), "carol", PersonRole.Dsl),
            (() => database.Test.RunAsync($"UPDATE onlinesafety.staff SET roles = '{{deputy}}' WHERE school_id = '{school}'"), "carol", PersonRole.Deputy),
            (() => database.Test.RunAsync($"DELETE FROM onlinesafety.person_alias WHERE school_id = '{school}'"), "b1", PersonRole.Unknown),
        };
        foreach (var (change, account, becomes) in steps)
        {
            Assert.NotEqual(becomes, RoleOf(before, account));
            await change();
            Assert.Same(before, await directory.OfAsync(school, default));
            var after = await NextAsync();
            Assert.Equal(becomes, RoleOf(after, account));
            Assert.Same(after, await NextAsync());
            before = after;
        }

        Task<SchoolPeople> NextAsync()
        {
            time.Advance(PeopleDirectory.Fresh);
            return directory.OfAsync(school, default);
        }

        async Task ImportAsync(Guid into, string list)
        {
            using var input = new MemoryStream(Encoding.UTF8.GetBytes(list));
            var file = PeopleFile.Read(input, new DateOnly(2026, 11, 20));
            await new PeopleImport(database[DatabaseRole.Setup], database.Seals, TimeProvider.System).RunAsync(into, file, false, InstallationDatabase.Tester, _ => { }, default);
        }
    }

    private static PersonRole RoleOf(SchoolPeople people, string account)
    {
        var utf8 = Encoding.UTF8.GetBytes(account);
        return people.Find(utf8, utf8).Role;
    }
}
