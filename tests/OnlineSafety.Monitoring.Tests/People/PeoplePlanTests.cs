using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.People;

namespace OnlineSafety.Monitoring.Tests.People;

public sealed class PeoplePlanTests
{
    private static readonly Guid School = Guid.NewGuid();

    [Fact]
    public void NewChangedAndUnchangedAreToldApart()
    {
        var (ada, adaAlias) = Stored("ada", "9", "a1");
        var (bob, bobAlias) = Stored("bob", "9", "b1");

        var plan = PeoplePlan.Of(School, File(Row(2, "ada", "9", "a1"), Row(3, "bob", "10", "b1"), Row(4, "cid", "9")), [ada, bob], [adaAlias, bobAlias]);

        Assert.Equal((1, 1, 1), (plan.Added, plan.Changed, plan.Unchanged));
        Assert.Equal(["bob", "cid"], plan.Writes.Select(w => w.Person.Account));
        Assert.Equal(bob.PersonId, plan.Writes[0].Person.PersonId);
    }

    [Fact]
    public void AChangedAliasIsAChange()
    {
        var (ada, alias) = Stored("ada", "9", "a1");

        Assert.Equal(1, PeoplePlan.Of(School, File(Row(2, "ada", "9", "a2")), [ada], [alias]).Changed);
    }

    [Fact]
    public void ANameThatStandsTwiceInTheFileIsAnErrorOfTheSecondLine()
    {
        var plan = PeoplePlan.Of(School, File(Row(2, "ada", "9", "shared"), Row(3, "bob", "9", "shared"), Row(4, "ada", "9")), [], []);

        Assert.Equal([3, 4], plan.Errors.Select(e => e.Line));
        Assert.Equal(1, plan.Added);
    }

    [Fact]
    public void ANameOfSomebodyWhoIsStoredAndNotInTheFileStaysTheirs()
    {
        var (ada, alias) = Stored("ada", "9", "a1");

        var plan = PeoplePlan.Of(School, File(Row(2, "bob", "9", "a1"), Row(3, "a1", "9")), [ada], [alias]);

        Assert.Equal([2, 3], plan.Errors.Select(e => e.Line));
        Assert.Empty(plan.Writes);
    }

    [Fact]
    public void AnAliasMayMoveWhenTheFileSaysSoOfBoth()
    {
        var (ada, alias) = Stored("ada", "9", "a1");
        var (bob, bobAlias) = Stored("bob", "9", "b1");

        var plan = PeoplePlan.Of(School, File(Row(2, "ada", "9"), Row(3, "bob", "9", "a1", "b1")), [ada, bob], [alias, bobAlias]);

        Assert.Empty(plan.Errors);
        Assert.Equal(2, plan.Changed);
    }

    [Fact]
    public void ARowThatIsLeftOutKeepsItsStoredNamesFromOthers()
    {
        // Line 3 is left out because "x" is on line 2 already; so bob keeps "b1", and line 4 may not take it.
        var (bob, bobAlias) = Stored("bob", "9", "b1");

        var plan = PeoplePlan.Of(School, File(Row(2, "ada", "9", "x"), Row(3, "bob", "9", "x"), Row(4, "cid", "9", "b1")), [bob], [bobAlias]);

        Assert.Equal([3, 4], plan.Errors.Select(e => e.Line));
        Assert.Equal(["ada"], plan.Writes.Select(w => w.Person.Account));
    }

    private static PeopleFile File(params PersonRow[] rows) => new(rows, []);

    private static PersonRow Row(int line, string account, string year, params string[] aliases) =>
        new(line, account, aliases, PersonRole.Pupil, year, "", null);

    private static (Person Person, PersonAlias Alias) Stored(string account, string year, string alias)
    {
        var person = new Person { SchoolId = School, PersonId = Guid.NewGuid(), Account = account, Role = (short)PersonRole.Pupil, YearGroup = year };
        return (person, new PersonAlias { SchoolId = School, PersonId = person.PersonId, Alias = alias });
    }
}
