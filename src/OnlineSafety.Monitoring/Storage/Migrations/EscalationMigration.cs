using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace OnlineSafety.Monitoring.Storage.Migrations;

[DbContext(typeof(MonitoringContext))]
[Migration("0020_escalation_silences_drills")]
internal sealed class EscalationMigration : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(SqlFile.Read("0020_escalation_silences_drills.sql"));
}
