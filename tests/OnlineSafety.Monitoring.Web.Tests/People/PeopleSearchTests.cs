using OnlineSafety.Monitoring.Web.People;

namespace OnlineSafety.Monitoring.Web.Tests.People;

public sealed class PeopleSearchTests
{
    private static readonly FindablePerson[] People =
    [
        new("user:jsmith", ["jsmith", "jane.smith@school.example", "9B"]), new("user:k.adams", ["k.adams", "Kate Adams", "Year 8"]), new("user:m.jones", ["m.jones"]),
        new("device:lib-09", ["lib-09"]), new("address:10.20.30.41", ["10.20.30.41"]),
    ];

    [Theory]
    [InlineData("j.smith", "user:jsmith")]
    [InlineData("j.smith@school.example", "user:jsmith")]
    [InlineData("SCHOOL\\J.Smith", "user:jsmith")]
    [InlineData("jsm", "user:jsmith")]
    [InlineData("Jones", "user:m.jones")]
    [InlineData("adam", "user:k.adams")]
    [InlineData("Kate Adams", "user:k.adams")]
    [InlineData("adams kate", "user:k.adams")]
    [InlineData("9b", "user:jsmith")]
    [InlineData("LIB-09", "device:lib-09")]
    [InlineData("10.20.30.41", "address:10.20.30.41")]
    public void PartsOfEveryNameLeadToThePerson(string asked, string key)
    {
        Assert.Equal([key], PeopleSearch.Find(asked, People, out var near));
        Assert.False(near);
    }

    [Theory]
    [InlineData("jsmyth", "user:jsmith")]
    [InlineData("mjone", "user:m.jones")]
    [InlineData("Kate Brown", "user:k.adams")]
    public void WhereNobodyFitsThoseThatComeNearAreOffered(string asked, string key)
    {
        var found = PeopleSearch.Find(asked, People, out var near);

        Assert.Equal([key], found);
        Assert.Equal(asked != "mjone", near);
    }

    [Theory]
    [InlineData("nobody.here")]
    [InlineData("lib-07")]
    [InlineData("10.20.30.42")]
    [InlineData("...")]
    [InlineData("")]
    public void NobodyIsMadeUp(string asked) => Assert.Empty(PeopleSearch.Find(asked, People, out _));
}
