using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace OnlineSafety.Monitoring.Storage.Migrations;

[DbContext(typeof(MonitoringContext))]
[Migration("0008_source_categories")]
internal sealed class SourceCategoriesMigration : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(SqlFile.Read("0008_source_categories.sql"));
}
