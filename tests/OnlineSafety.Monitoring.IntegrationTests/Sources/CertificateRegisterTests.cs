using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.IntegrationTests.Access;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.IntegrationTests.Sources;

public sealed class CertificateRegisterTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static readonly byte[] One = CertificateThumbprint.Parse(new string('1', 64));
    private static readonly byte[] Two = CertificateThumbprint.Parse(new string('2', 64));

    [Fact]
    public async Task ABoundSourceDemandsTlsAlsoWhenTheLastCertificateIsGone()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var source = (await database.Sources.AddAsync(await database.AddSchoolAsync(), Syslog(), InstallationDatabase.Tester, default)).Source;
        var register = new CertificateRegister(database[DatabaseRole.Setup]);

        await register.BindAsync(source.SourceId, One, InstallationDatabase.Tester, default);
        await register.BindAsync(source.SourceId, Two, InstallationDatabase.Tester, default);
        await Assert.ThrowsAsync<SetupException>(() => register.BindAsync(source.SourceId, Two, InstallationDatabase.Tester, default));
        var renewed = await register.UnbindAsync(source.SourceId, One, InstallationDatabase.Tester, default);
        Assert.Equal([Two], renewed.Certificates);
        await register.UnbindAsync(source.SourceId, Two, InstallationDatabase.Tester, default);
        await Assert.ThrowsAsync<SetupException>(() => register.UnbindAsync(source.SourceId, Two, InstallationDatabase.Tester, default));

        var left = await register.ShowAsync(source.SourceId, InstallationDatabase.Tester, default);
        Assert.Equal((true, 0), (left.Tls, left.Certificates.Length));
        Assert.Equal(4, (await database.AccessRecordsAsync("source.certificate%")).Count);
    }

    [Fact]
    public async Task SchoolsThatDifferByCertificateAloneAreNoTwins()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var (school, other) = (await database.AddSchoolAsync(), await database.AddSchoolAsync("Other School"));
        await database.Sources.AddAsync(school, Syslog() with { Certificate = One }, InstallationDatabase.Tester, default);
        var second = await database.Sources.AddAsync(other, Syslog() with { Certificate = Two }, InstallationDatabase.Tester, default);

        await Assert.ThrowsAsync<SetupException>(() => database.Sources.AddAsync(other, Syslog() with { Name = "third", Certificate = One }, InstallationDatabase.Tester, default));
        await Assert.ThrowsAsync<SetupException>(
            () => new CertificateRegister(database[DatabaseRole.Setup]).BindAsync(second.Source.SourceId, One, InstallationDatabase.Tester, default));
    }

    [Fact]
    public async Task OnePortIsNotBothWithAndWithoutTls()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await database.AddSchoolAsync();
        await database.Sources.AddAsync(school, Syslog() with { Port = 6601, Host = "fw1" }, InstallationDatabase.Tester, default);

        var error = await Assert.ThrowsAsync<SetupException>(
            () => database.Sources.AddAsync(school, Syslog() with { Name = "second", Port = 6601, Host = "fw2", Tls = true }, InstallationDatabase.Tester, default));

        Assert.Contains("6601", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OnlyASyslogSourceIsBound()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var webhook = await database.Sources.AddAsync(
            await database.AddSchoolAsync(), new NewSource { Product = "senso", Door = SourceDoor.Webhook }, InstallationDatabase.Tester, default);

        await Assert.ThrowsAsync<SetupException>(
            () => new CertificateRegister(database[DatabaseRole.Setup]).BindAsync(webhook.Source.SourceId, One, InstallationDatabase.Tester, default));
    }

    private static NewSource Syslog() => new() { Product = "protex", Door = SourceDoor.Syslog };
}
