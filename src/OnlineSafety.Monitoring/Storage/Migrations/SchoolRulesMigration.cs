using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace OnlineSafety.Monitoring.Storage.Migrations;

[DbContext(typeof(MonitoringContext))]
[Migration("0013_school_rules")]
internal sealed class SchoolRulesMigration : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(SqlFile.Read("0013_school_rules.sql"));
}
