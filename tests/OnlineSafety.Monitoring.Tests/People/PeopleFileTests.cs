using System.Text;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.People;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.Tests.People;

public sealed class PeopleFileTests
{
    private static readonly DateOnly Today = new(2026, 11, 20);

    [Fact]
    public void ColumnsAreFoundByWhatSchoolsCallThemInAnyOrder()
    {
        var file = Read("\uFEFFYear Group;Type;User-Name;D.O.B;Registration Group;Alias\n9;Student;EXAMPLE\\JSmith;01/09/2012;9B;smithj|j.smith@school.example\n");

        Assert.Empty(file.Errors);
        var row = Assert.Single(file.Rows);
        Assert.Equal("jsmith", row.Account);
        Assert.Equal(["smithj", "j.smith"], row.Aliases);
        Assert.Equal(PersonRole.Pupil, row.Role);
        Assert.Equal("9", row.YearGroup);
        Assert.Equal("9B", row.Class);
        Assert.Equal(new DateOnly(2012, 9, 1), row.DateOfBirth);
    }

    [Fact]
    public void EveryWrongLineIsNamedByItsNumberAndTheRightOnesStay()
    {
        var file = Read("account,role,dob\nada,pupil,\n,pupil,\nbob,alien,\ncid,pupil,31/02/2012\ndee,pupil,2027-01-01\neve,staff,\n");

        Assert.Equal(["ada", "eve"], file.Rows.Select(r => r.Account));
        Assert.Equal([3, 4, 5, 6], file.Errors.Select(e => e.Line));
    }

    [Fact]
    public void AnErrorDoesNotRepeatWhatTheLineSays()
    {
        var file = Read("account,role,dob\nsecretname,secretrole,secretdate\n");

        Assert.DoesNotContain("secret", Assert.Single(file.Errors).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnAddressBesideAUserNameIsOneMoreAlias()
    {
        var file = Read("username,email,role\njsmith,john.smith@school.example,pupil\n");

        Assert.Equal("jsmith", file.Rows[0].Account);
        Assert.Equal(["john.smith"], file.Rows[0].Aliases);
    }

    [Fact]
    public void AQuotationMarkLeftOpenIsNotOneBadLine()
    {
        var error = Assert.Throws<SetupException>(() => Read("account,role,class\nada,pupil,9A\nbob,pupil,\"9B\ncid,pupil,9C\ndee,pupil,9D\n"));

        Assert.Contains("line 3", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void QuotedCellsMayHoldCommas()
    {
        var file = Read("account,aliases,role\njsmith,\"a1,a2; a3\",pupil\n");

        Assert.Equal(["a1", "a2", "a3"], file.Rows[0].Aliases);
    }

    [Theory]
    [InlineData("")]
    [InlineData("name,form\nx,y\n")]
    [InlineData("account,role,role\nx,pupil,staff\n")]
    public void AFileWithoutItsColumnsIsRefusedAsAWhole(string text) => Assert.Throws<SetupException>(() => Read(text));

    [Fact]
    public void AFileInAnotherEncodingIsRefusedAndSaysHowToSaveIt()
    {
        using var input = new MemoryStream([.. "account,role\nzo"u8, 0xEB, .. ",pupil\n"u8]);

        var error = Assert.Throws<SetupException>(() => PeopleFile.Read(input, Today));
        Assert.Contains("UTF-8", error.Message, StringComparison.Ordinal);
    }

    private static PeopleFile Read(string text)
    {
        using var input = new MemoryStream(Encoding.UTF8.GetBytes(text));
        return PeopleFile.Read(input, Today);
    }
}
