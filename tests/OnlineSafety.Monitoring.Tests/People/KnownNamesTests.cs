using System.Text;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.People;

namespace OnlineSafety.Monitoring.Tests.People;

public sealed class KnownNamesTests
{
    private readonly List<Person> _people = [];
    private readonly List<PersonAlias> _aliases = [];
    private readonly List<Staff> _staff = [];

    [Theory]
    [InlineData("m.dual", "m.dual")]
    [InlineData("m.dual", "REVIEW\\m.dual")]
    [InlineData("m.dual", "M.Dual@school.example")]
    [InlineData("mdual2", "mdual2")]
    public void ARecipientGivenByEmailOnlyIsKnownByEveryNameOfThatPersonInTheList(string user, string asSent)
    {
        AddPerson("m.dual", PersonRole.Staff, "mdual2");
        var head = AddStaff("m.dual@school.example", ["head", "dsl"]);

        var subject = Find(user, asSent);
        Assert.Equal((head, PersonRole.Head, "m.dual"), (subject.Staff, subject.Role, subject.Account));
    }

    [Fact]
    public void ARecipientGivenByEmailOnlyIsKnownByItsAccountWithoutAnyList()
    {
        var dsl = AddStaff("d.lead@school.example", ["dsl"]);
        Assert.Equal(dsl, Find("d.lead", "SCHOOL\\d.lead").Staff);
    }

    [Fact]
    public void AnAliasOfARecipientsAccountIsTheRecipient()
    {
        AddPerson("hhead", PersonRole.Staff, "holly.head");
        var head = AddStaff("head@school.example", ["head"], "hhead");
        Assert.Equal(head, Find("holly.head", "holly.head").Staff);
    }

    [Fact]
    public void APupilsAccountStaysAPupilsWhenARecipientsEmailBeginsLikeIt()
    {
        AddPerson("j.smith", PersonRole.Pupil);
        var dsl = AddStaff("j.smith@staff.example", ["dsl"]);

        Assert.Equal((null, PersonRole.Pupil), (Find("j.smith", "j.smith").Staff, Find("j.smith", "j.smith").Role));
        Assert.Equal(dsl, Find("j.smith", "j.smith@staff.example").Staff);
    }

    [Fact]
    public void AnAccountGivenForARecipientOutweighsTheStartOfAnothersEmail()
    {
        var dsl = AddStaff("d.lead@school.example", ["dsl"], "lead");
        AddStaff("lead@school.example", ["deputy"]);
        Assert.Equal(dsl, Find("lead", "lead").Staff);
    }

    [Fact]
    public void AllNamesOfAPupilLeadToOneAccount()
    {
        AddPerson("ajones", PersonRole.Pupil, "amy.jones");
        Assert.Equal(["ajones", "ajones"], [Find("ajones", "SCHOOL\\ajones").Account, Find("amy.jones", "amy.jones@pupils.example").Account]);
    }

    private Subject Find(string user, string asSent) =>
        new SchoolPeople(KnownNames.Of(_people, _aliases, _staff), []).Find(Encoding.UTF8.GetBytes(user), Encoding.UTF8.GetBytes(asSent));

    private void AddPerson(string account, PersonRole role, params string[] aliases)
    {
        var person = new Person { PersonId = Guid.NewGuid(), Account = account, Role = (short)role };
        _people.Add(person);
        _aliases.AddRange(aliases.Select(alias => new PersonAlias { PersonId = person.PersonId, Alias = alias }));
    }

    private Guid AddStaff(string email, string[] roles, params string[] accounts)
    {
        var staff = new Staff { StaffId = Guid.NewGuid(), Email = email, Roles = roles, Accounts = accounts };
        _staff.Add(staff);
        return staff.StaffId;
    }
}
