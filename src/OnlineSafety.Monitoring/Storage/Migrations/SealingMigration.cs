using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace OnlineSafety.Monitoring.Storage.Migrations;

[DbContext(typeof(MonitoringContext))]
[Migration("0024_sealing")]
internal sealed class SealingMigration : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(SqlFile.Read("0024_sealing.sql"));
}
