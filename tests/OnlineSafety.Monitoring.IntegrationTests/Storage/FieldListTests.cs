using System.Text.Json;
using OnlineSafety.Monitoring.Access.Keys;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Storage;

/// <summary>The list of stored fields beside the live catalogue: a column that nobody wrote down what it is, about whom and how it is kept, fails.</summary>
public sealed class FieldListTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    [Fact]
    public async Task EveryColumnOfEveryTableIsListedAndNoOther()
    {
        await using var installation = await TestInstallation.CreateAsync(postgres.Server);
        var stored = (string)(await installation.Store.RunAsync("""
            SELECT string_agg(c.relname || '.' || a.attname, ' ' ORDER BY c.relname COLLATE "C", a.attname COLLATE "C") FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
            WHERE c.relnamespace = 'onlinesafety'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped
            """))!;
        using var list = JsonDocument.Parse(await File.ReadAllBytesAsync(Repository.Path("schemas", "fields.json")));
        var listed = list.RootElement.GetProperty("tables").EnumerateObject()
            .SelectMany(table => table.Value.GetProperty("columns").EnumerateObject().Select(column => $"{table.Name}.{column.Name}")).Order(StringComparer.Ordinal);
        Assert.Equal(stored.Split(' ').Order(StringComparer.Ordinal), listed);
    }

    [Fact]
    public async Task NothingThatAMasterKeyWrapsIsForgottenWhenItIsChanged()
    {
        await using var installation = await TestInstallation.CreateAsync(postgres.Server);
        var stored = (string)(await installation.Store.RunAsync("""
            SELECT string_agg(table_name, ' ' ORDER BY table_name COLLATE "C") FROM information_schema.columns WHERE table_schema = 'onlinesafety' AND column_name LIKE '%master\_id'
            """))!;
        Assert.Equal(stored.Split(' '), WrappedTable.All.Select(table => table.Name).Order(StringComparer.Ordinal));
    }
}
