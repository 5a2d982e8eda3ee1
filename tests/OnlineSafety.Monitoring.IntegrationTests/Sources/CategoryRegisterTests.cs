using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.IntegrationTests.Processing;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Sources.Categories;

namespace OnlineSafety.Monitoring.IntegrationTests.Sources;

/// <summary>A school's own names of category numbers, from set-up to the recorded event.</summary>
[Collection(PostgresCollection.Name)]
public sealed class CategoryRegisterTests(PostgresFixture postgres) : ProcessingScene(postgres)
{
    private static readonly Actor Operator = Actor.Operator("test");

    [Fact]
    public async Task RecordsAreReadWithTheSchoolsOwnNames()
    {
        await Register().ReplaceAsync(Protex.Source, [KeyValuePair.Create("777", "Self Harm")], Operator, CancellationToken.None);
        await AppendAsync(Line("ada", "https://forum.example.test/", "403", "450", "*DENIED* Banned search term found: how to kill myself", "777", "how to kill myself"));
        await DrainAsync();

        var row = Assert.Single(await QueryAsync("SELECT convert_from(detail, 'UTF8') FROM onlinesafety.event"));
        Assert.Contains("\"categories\":[\"Self Harm\"]", (string)row[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task ATableTakesThePlaceOfTheOneBefore()
    {
        var register = Register();
        await register.ReplaceAsync(Protex.Source, [KeyValuePair.Create("1", "One"), KeyValuePair.Create("2", "Two")], Operator, CancellationToken.None);
        var (_, before) = await register.ReplaceAsync(Protex.Source, [KeyValuePair.Create("2", "Other")], Operator, CancellationToken.None);
        var (_, shown) = await register.ShowAsync(Protex.Source, Operator, CancellationToken.None);

        Assert.Equal(2, before);
        Assert.Equal([("2", "Other")], shown.Select(c => (c.Number, c.Name)));
    }

    [Fact]
    public async Task ThereMustBeSuchASource() => await Assert.ThrowsAsync<SetupException>(
        () => Register().ReplaceAsync(Guid.NewGuid(), [KeyValuePair.Create("1", "One")], Operator, CancellationToken.None));

    private CategoryRegister Register() => new(Installation[DatabaseRole.Setup]);
}
