using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using OnlineSafety.Monitoring.Intake.Syslog.Tls;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Intake;

public sealed class ServerCertificateTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    private readonly TestCertificate _files = new();
    private readonly CapturedLogs _logs = new();
    private readonly ManualTimeProvider _time = new(Now);

    public void Dispose() => _files.Dispose();

    [Fact]
    public void ABadNewFileKeepsTheOldCertificateAndIsToldOnce()
    {
        var certificate = Certificate();
        _files.Write("old", Now.AddDays(-1), Now.AddDays(90));
        certificate.Look();

        // Only half of a pair was replaced.
        var key = File.ReadAllText(_files.KeyFile);
        _files.Write("new", Now.AddDays(-1), Now.AddDays(90));
        var newKey = File.ReadAllText(_files.KeyFile);
        File.WriteAllText(_files.KeyFile, key);
        certificate.Look();
        certificate.Look();

        Assert.True(certificate.Faulty);
        Assert.Equal("CN=old", certificate.Context!.TargetCertificate.Subject);
        Assert.Single(_logs.Lines, line => line.Id == 2114);

        File.WriteAllText(_files.KeyFile, newKey);
        certificate.Look();

        Assert.False(certificate.Faulty);
        Assert.Equal("CN=new", certificate.Context!.TargetCertificate.Subject);
    }

    [Fact]
    public void AMissingFileKeepsTheOldCertificate()
    {
        var certificate = Certificate();
        _files.Write("old", Now.AddDays(-1), Now.AddDays(90));
        certificate.Look();
        File.Delete(_files.File);
        certificate.Look();

        Assert.True(certificate.Faulty);
        Assert.NotNull(certificate.Context);
    }

    [Fact]
    public void TheEndIsWarnedOfFourteenDaysAndOneDayBeforeAndEveryDayBetween()
    {
        var certificate = Certificate();
        _files.Write("ending", Now.AddDays(-1), Now.AddDays(15));
        List<(CertificateAge Age, int Warnings)> seen = [];
        for (var hours = 0; hours <= 16 * 24; hours += 6)
        {
            certificate.Look();
            seen.Add((certificate.Age, _logs.Lines.Count(line => line.Id is 2115 or 2116)));
            _time.Advance(TimeSpan.FromHours(6));
        }

        Assert.Equal((CertificateAge.Good, 0), seen[3]);
        Assert.Equal((CertificateAge.EndsSoon, 1), seen[4]);
        Assert.Equal((CertificateAge.EndsSoon, 1), seen[7]);
        Assert.Equal((CertificateAge.EndsSoon, 2), seen[8]);
        Assert.Equal((CertificateAge.EndsNow, 14), seen[14 * 4]);
        Assert.Equal(CertificateAge.Ended, seen[15 * 4].Age);
        Assert.Equal(2, _logs.Lines.Count(line => line.Id == 2116 && line.Text.Contains("2026-03-17", StringComparison.Ordinal)) - 1);
    }

    [Fact]
    public void ItsEndIsSaidToEverySourceThatMayComeOverTlsHourByHour()
    {
        var (certificate, sources, troubles) = (Certificate(), new RegisteredSources(), new ReportedTroubles());
        var (sealedOnly, common, elsewhere, webhook) = (sources.Syslog("sealed", port: 6601, tls: true), sources.Syslog("common"), sources.Syslog("clear", port: 5601), sources.Webhook("hook"));
        sources.Publish();
        var reminder = new CertificateReminder(certificate, new TlsDoorOptions { Listen = "127.0.0.1:6514" }, sources, troubles, _time);
        _files.Write("ending", Now.AddDays(-1), Now.AddDays(15));
        for (var minutes = 0; minutes < 15 * 24 * 60; minutes += 30)
        {
            certificate.Look();
            reminder.Remind();
            _time.Advance(TimeSpan.FromMinutes(30));
        }

        Assert.Equal((13 * 24, 24), (troubles[sealedOnly, DoorTroubleKind.CertificateEndsSoon], troubles[sealedOnly, DoorTroubleKind.CertificateEndsNow]));
        Assert.Equal(13 * 24, troubles[common, DoorTroubleKind.CertificateEndsSoon]);
        Assert.Equal((0, 0), (troubles[elsewhere, DoorTroubleKind.CertificateEndsSoon], troubles[webhook, DoorTroubleKind.CertificateEndsSoon]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("of the file")]
    public void APkcs12FileIsReadWithItsPassword(string password)
    {
        using var made = TestCertificate.Make("packed");
        File.WriteAllBytes(_files.Pkcs12, made.ExportPkcs12(Pkcs12ExportPbeParameters.Default, password));

        using var read = CertificateFiles.Read(new TlsDoorOptions { CertificateFile = _files.Pkcs12, Password = password }).Open().TargetCertificate;

        Assert.Equal((made.Thumbprint, true), (read.Thumbprint, read.HasPrivateKey));
    }

    [Fact]
    public void AWrongPasswordIsAFaultAndNoEnd()
    {
        using var made = TestCertificate.Make("packed");
        File.WriteAllBytes(_files.Pkcs12, made.ExportPkcs12(Pkcs12ExportPbeParameters.Default, "right"));
        var certificate = new ServerCertificate(new TlsDoorOptions { CertificateFile = _files.Pkcs12, Password = "wrong" }, _time, _logs);

        certificate.Look();

        Assert.True(certificate.Faulty);
        Assert.Null(certificate.Context);
    }

    [Fact]
    public void AnEncryptedPemKeyIsReadFromTheOneFileThatHoldsAll()
    {
        using var made = TestCertificate.Make("sealed");
        var key = made.GetECDsaPrivateKey()!.ExportEncryptedPkcs8PrivateKeyPem("of the key", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 10_000));
        File.WriteAllText(_files.File, made.ExportCertificatePem() + "\n" + key);

        using var read = CertificateFiles.Read(new TlsDoorOptions { CertificateFile = _files.File, Password = "of the key" }).Open().TargetCertificate;

        Assert.Equal((made.Thumbprint, true), (read.Thumbprint, read.HasPrivateKey));
    }

    [Fact]
    public void IntermediatesAreSentWithTheCertificate()
    {
        var (leaf, issuer) = TestCertificate.MakeIssued("leaf", "issuer");
        File.WriteAllText(_files.File, $"{leaf.ExportCertificatePem()}\n{issuer.ExportCertificatePem()}\n{leaf.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()}");

        var context = CertificateFiles.Read(new TlsDoorOptions { CertificateFile = _files.File }).Open();

        Assert.Equal("CN=leaf", context.TargetCertificate.Subject);
        Assert.Equal(["CN=issuer"], context.IntermediateCertificates.Select(one => one.Subject));
    }

    private ServerCertificate Certificate() => new(new TlsDoorOptions { CertificateFile = _files.File, KeyFile = _files.KeyFile }, _time, _logs);
}
