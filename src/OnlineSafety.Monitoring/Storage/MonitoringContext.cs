using System.Text;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Digests;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.People;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Sources.Authentication;
using OnlineSafety.Monitoring.Sources.Categories;
using OnlineSafety.Monitoring.Sources.Health;

namespace OnlineSafety.Monitoring.Storage;

/// <summary>
/// The small relational world. The schema itself is the SQL of <c>Migrations/</c>; a test holds this model against the catalogue.
/// </summary>
internal sealed class MonitoringContext(DbContextOptions<MonitoringContext> options) : DbContext(options)
{
    public const string Schema = "onlinesafety";

    public DbSet<School> Schools => Set<School>();

    public DbSet<Source> Sources => Set<Source>();

    public DbSet<SourceMapping> SourceMappings => Set<SourceMapping>();

    public DbSet<SourceSecret> SourceSecrets => Set<SourceSecret>();

    public DbSet<SourceCategory> SourceCategories => Set<SourceCategory>();

    public DbSet<SourceHealth> SourceHealth => Set<SourceHealth>();

    public DbSet<UnmappedValue> Unmapped => Set<UnmappedValue>();

    public DbSet<DoorTrouble> DoorTroubles => Set<DoorTrouble>();

    public DbSet<Canary> Canaries => Set<Canary>();

    public DbSet<StoredCalendar> Calendars => Set<StoredCalendar>();

    public DbSet<StoredState> SourceStates => Set<StoredState>();

    public DbSet<StoredDeviceDay> DeviceDays => Set<StoredDeviceDay>();

    public DbSet<SourceAlarm> SourceAlarms => Set<SourceAlarm>();

    public DbSet<StoredWatch> SourceWatches => Set<StoredWatch>();

    public DbSet<StoredPerson> People => Set<StoredPerson>();

    public DbSet<StoredAlias> PersonAliases => Set<StoredAlias>();

    public DbSet<Staff> Staff => Set<Staff>();

    public DbSet<StaffKey> StaffKeys => Set<StaffKey>();

    public DbSet<Alert> Alerts => Set<Alert>();

    public DbSet<TakenStep> AlertSteps => Set<TakenStep>();

    public DbSet<Notification> Notifications => Set<Notification>();

    public DbSet<Digest> Digests => Set<Digest>();

    /// <summary>The context on an open transaction, so that it lives in the scope that the transaction states.</summary>
    public static MonitoringContext On(NpgsqlConnection connection, NpgsqlTransaction transaction)
    {
        var options = new DbContextOptionsBuilder<MonitoringContext>().UseNpgsql(connection).Options;
        var context = new MonitoringContext(options);
        context.Database.UseTransaction(transaction);
        return context;
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasDefaultSchema(Schema);
        modelBuilder.Entity<School>().ToTable("school").HasKey(s => s.SchoolId);
        modelBuilder.Entity<Source>().ToTable("source").HasKey(s => new { s.SchoolId, s.SourceId });
        modelBuilder.Entity<Source>().Property(s => s.Authentication).HasColumnType("jsonb");
        modelBuilder.Entity<SourceMapping>().ToTable("source_mapping").HasKey(m => new { m.SchoolId, m.SourceId, m.Version });
        modelBuilder.Entity<SourceSecret>().ToTable("source_secret").HasKey(s => new { s.SchoolId, s.SourceId, s.SecretId });
        modelBuilder.Entity<SourceCategory>().ToTable("source_category").HasKey(c => new { c.SchoolId, c.SourceId, c.Number });
        modelBuilder.Entity<SourceHealth>().ToTable("source_health").HasKey(s => new { s.SchoolId, s.SourceId });
        modelBuilder.Entity<UnmappedValue>().ToTable("unmapped").HasKey(u => new { u.SchoolId, u.SourceId, u.Kind, u.Value });
        modelBuilder.Entity<DoorTrouble>().ToTable("door_trouble").HasKey(t => new { t.SchoolId, t.SourceId, t.Kind });
        modelBuilder.Entity<Canary>().ToTable("canary").HasKey(c => new { c.SchoolId, c.CanaryId });
        modelBuilder.Entity<StoredCalendar>().ToTable("school_calendar").HasKey(c => c.SchoolId);
        modelBuilder.Entity<StoredCalendar>().Property(c => c.Content).HasColumnType("jsonb");
        modelBuilder.Entity<StoredState>().ToTable("source_state").HasKey(s => new { s.SchoolId, s.SourceId });
        modelBuilder.Entity<StoredDeviceDay>().ToTable("source_device_day").HasKey(d => new { d.SchoolId, d.SourceId, d.Day, d.Device });
        modelBuilder.Entity<SourceAlarm>().ToTable("source_alarm").HasKey(a => new { a.SchoolId, a.AlarmId });
        modelBuilder.Entity<StoredWatch>().ToTable("source_watch").HasKey(w => w.SchoolId);
        modelBuilder.Entity<StoredPerson>().ToTable("person").HasKey(p => new { p.SchoolId, p.PersonId });
        modelBuilder.Entity<StoredAlias>().ToTable("person_alias").HasKey(p => new { p.SchoolId, p.AliasKey });
        modelBuilder.Entity<Staff>().ToTable("staff").HasKey(s => new { s.SchoolId, s.StaffId });
        modelBuilder.Entity<StaffKey>().ToTable("staff_key").HasKey(s => new { s.SchoolId, s.StaffId, s.KeyHash });
        modelBuilder.Entity<Alert>().ToTable("alert").HasKey(a => new { a.SchoolId, a.AlertId });
        modelBuilder.Entity<TakenStep>().ToTable("alert_step").HasKey(s => new { s.SchoolId, s.AlertId, s.StepNo });
        modelBuilder.Entity<Notification>().ToTable("notification").HasKey(n => new { n.SchoolId, n.NotificationId });
        modelBuilder.Entity<Digest>().ToTable("digest").HasKey(d => new { d.SchoolId, d.Day });

        foreach (var property in modelBuilder.Model.GetEntityTypes().SelectMany(e => e.GetProperties()))
        {
            property.SetColumnName(SnakeCase(property.Name));
        }

        // Called after what it held before the marks.
        modelBuilder.Entity<Alert>().Property(a => a.Marks).HasColumnName("instructions");
    }

    private static string SnakeCase(string name)
    {
        var text = new StringBuilder(name.Length + 8);
        foreach (var letter in name)
        {
            if (char.IsAsciiLetterUpper(letter) && text.Length > 0)
            {
                text.Append('_');
            }

            text.Append(char.ToLowerInvariant(letter));
        }

        return text.ToString();
    }
}
