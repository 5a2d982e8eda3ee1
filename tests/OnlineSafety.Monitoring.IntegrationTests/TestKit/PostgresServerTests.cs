using Npgsql;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.TestKit;

public sealed class PostgresServerTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    [Fact]
    public async Task ATemplateIsSetUpOnceAndEachTestHasACopyOfItsOwn()
    {
        var setUps = 0;
        async Task SetUp(TestDatabase template, CancellationToken cancellationToken)
        {
            setUps++;
            await template.RunAsync("CREATE TABLE words (word text); INSERT INTO words VALUES ('from the template')", cancellationToken);
        }

        await using var first = await postgres.Server.CreateAsync("words", SetUp);
        await using var second = await postgres.Server.CreateAsync("words", SetUp);
        await first.RunAsync("DELETE FROM words");

        Assert.Equal(1, setUps);
        Assert.Equal(0L, await first.RunAsync("SELECT count(*) FROM words"));
        Assert.Equal("from the template", await second.RunAsync("SELECT word FROM words"));
    }

    [Fact]
    public async Task ADisposedDatabaseIsGoneEvenWithAConnectionOpen()
    {
        var database = await postgres.Server.CreateAsync();
        await using var connection = new NpgsqlConnection(database.ConnectionString + ";Pooling=false");
        await connection.OpenAsync();

        await database.DisposeAsync();

        var refused = await Assert.ThrowsAsync<PostgresException>(() => database.RunAsync("SELECT 1"));
        Assert.Equal(PostgresErrorCodes.InvalidCatalogName, refused.SqlState);
    }

    [Fact]
    public async Task AnotherRoleIsLetIn()
    {
        await using var database = await postgres.Server.CreateAsync();
        await database.RunAsync("CREATE ROLE postgres_server_tests LOGIN");

        await using var connection = new NpgsqlConnection(database.ConnectionStringFor("postgres_server_tests") + ";Pooling=false");
        await connection.OpenAsync();
        await using var who = new NpgsqlCommand("SELECT current_user::text", connection);

        Assert.Equal("postgres_server_tests", await who.ExecuteScalarAsync());
        await connection.CloseAsync();
        await database.RunAsync("DROP ROLE postgres_server_tests");
    }
}
