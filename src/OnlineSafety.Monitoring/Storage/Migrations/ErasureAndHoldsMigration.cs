using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace OnlineSafety.Monitoring.Storage.Migrations;

[DbContext(typeof(MonitoringContext))]
[Migration("0029_erasure_and_holds")]
internal sealed class ErasureAndHoldsMigration : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(SqlFile.Read("0029_erasure_and_holds.sql"));
}
