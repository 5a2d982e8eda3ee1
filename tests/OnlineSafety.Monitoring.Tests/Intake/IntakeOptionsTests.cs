using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Intake;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.Tests.Intake;

public sealed class IntakeOptionsTests
{
    [Fact]
    public void TheDefaultsAreValid() => Assert.True(new IntakeOptionsValidator().Validate(null, new IntakeOptions()).Succeeded);

    [Fact]
    public void EveryWrongLimitIsNamedAtOnce()
    {
        var options = new IntakeOptions();
        options.Http.MaxBodyBytes = 0;
        options.Syslog.MaxConnections = 0;
        options.Syslog.IdleTimeout = TimeSpan.Zero;
        options.Files.MaxImports = 0;

        var failures = string.Join('\n', new IntakeOptionsValidator().Validate(null, options).Failures ?? []);

        Assert.Contains("MaxBodyBytes", failures, StringComparison.Ordinal);
        Assert.Contains("MaxConnections", failures, StringComparison.Ordinal);
        Assert.Contains("MaxImports", failures, StringComparison.Ordinal);
        Assert.Contains("IdleTimeout", failures, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "", "", null)]
    [InlineData("0.0.0.0:6514", "/etc/onlinesafety/tls.pem", "", null)]
    [InlineData("", "/etc/onlinesafety/tls.pem", "", null)]
    [InlineData("0.0.0.0:6514", "", "", "CertificateFile")]
    [InlineData("6514", "/etc/onlinesafety/tls.pem", "", "Tls:Listen")]
    [InlineData("0.0.0.0:6514", "tls.pem", "", "absolute")]
    [InlineData("0.0.0.0:6514", "/etc/onlinesafety/tls.pem", "tls.key", "absolute")]
    public void TheTlsListenerNeedsACertificateByItsWholePath(string listen, string certificate, string key, string? fault)
    {
        var options = new IntakeOptions();
        (options.Syslog.Tls.Listen, options.Syslog.Tls.CertificateFile, options.Syslog.Tls.KeyFile) = (listen, certificate, key);

        var result = new IntakeOptionsValidator().Validate(null, options);

        Assert.Equal(fault is null, result.Succeeded);
        Assert.Contains(fault ?? "", string.Join('\n', result.Failures ?? []), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0.0.0.0:5514", true)]
    [InlineData("[::]:5514", true)]
    [InlineData("127.0.0.1:0", true)]
    [InlineData("127.0.0.1", false)]
    [InlineData("syslog.school.test:514", false)]
    public void TheListenerIsAnAddressAndAPort(string listen, bool valid)
    {
        var options = new IntakeOptions();
        options.Syslog.Listen = listen;

        Assert.Equal(valid, new IntakeOptionsValidator().Validate(null, options).Succeeded);
    }

    [Fact]
    public void EveryReasonAndDoorHasAWordOfItsOwn()
    {
        var reasons = Enum.GetValues<IntakeReason>().Select(IntakeMetrics.WordOf).ToList();
        var doors = Enum.GetValues<Door>().Select(IntakeMetrics.WordOf).ToList();

        Assert.Equal(reasons.Count, reasons.Distinct().Count());
        Assert.Equal(doors.Count, doors.Distinct().Count());
    }
}
