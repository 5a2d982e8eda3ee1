using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.IntegrationTests.Intake;

/// <summary>Sources that take messages only over TLS, or only with the client certificate that they are bound to.</summary>
public sealed class SyslogProofTests : IDisposable
{
    private readonly TestCertificate _certificate = new();

    public void Dispose() => _certificate.Dispose();

    [Fact]
    public async Task ACertificateSaysWhoseAConnectionIs()
    {
        using var first = TestCertificate.Make("first school");
        using var second = TestCertificate.Make("second school");
        SourceRegistration firstSource = null!, secondSource = null!;
        await using var doors = await OpenAsync(sources =>
        {
            firstSource = sources.Syslog("first", certificates: CertificateThumbprint.Of(first));
            secondSource = sources.Syslog("second", certificates: CertificateThumbprint.Of(second));
        });
        await using var one = await TlsSender.ConnectAsync(TlsSender.EndpointOf(doors), client: first);
        await using var two = await TlsSender.ConnectAsync(TlsSender.EndpointOf(doors), client: second);
        await one.SendAsync("<14>one\n");
        await two.SendAsync("<14>two\n");

        var stored = (await doors.StoredAsync(2)).OrderBy(record => record.Text, StringComparer.Ordinal);

        Assert.Equal([(firstSource.Key.Source, "<14>one"), (secondSource.Key.Source, "<14>two")], stored.Select(record => (record.Source, record.Text)));
    }

    [Theory]
    [InlineData("none")]
    [InlineData("another")]
    public async Task WithoutItsCertificateAConnectionIsRefusedAndCountedForTheSource(string shown)
    {
        using var bound = TestCertificate.Make("bound");
        using var another = TestCertificate.Make("bound");
        SourceRegistration source = null!;
        await using var doors = await OpenAsync(sources => source = sources.Syslog("filter", certificates: CertificateThumbprint.Of(bound)));
        await using var sender = await TlsSender.ConnectAsync(TlsSender.EndpointOf(doors), client: shown == "none" ? null : another);

        Assert.True(await sender.IsEndedAsync(TimeSpan.FromSeconds(20)));
        await Doors.UntilAsync(() => doors.Logs.Lines.Any(line => line.Id == 2119), told => told);
        Assert.Equal(1, doors.Troubles[source, DoorTroubleKind.ProofMissing]);
        Assert.Empty(doors.Log.Stored);
    }

    [Fact]
    public async Task ACertificateThatHasEndedIsRefused()
    {
        using var ended = TestCertificate.Make("ended", DateTimeOffset.UtcNow.AddDays(-9), DateTimeOffset.UtcNow.AddDays(-2));
        await using var doors = await OpenAsync(sources => sources.Syslog("filter", certificates: CertificateThumbprint.Of(ended)));

        try
        {
            await using var sender = await TlsSender.ConnectAsync(TlsSender.EndpointOf(doors), client: ended);
            // With TLS 1.3 a client learns of it only after its own half of the handshake.
            Assert.True(await sender.IsEndedAsync(TimeSpan.FromSeconds(20)));
        }
        catch (IOException)
        {
        }

        await Doors.UntilAsync(() => doors.Logs.Lines.Any(line => line.Id == 2117), told => told);
        Assert.Empty(doors.Log.Stored);
    }

    [Fact]
    public async Task ABoundSourceTakesNothingInClearFromItsAddress()
    {
        using var bound = TestCertificate.Make("bound");
        SourceRegistration source = null!;
        await using var doors = await OpenAsync(sources => source = sources.Syslog("filter", certificates: CertificateThumbprint.Of(bound)));
        using var tcp = await doors.ConnectAsync();
        Assert.Equal(0, await tcp.ReceiveAsync(new byte[1]).WaitAsync(TimeSpan.FromSeconds(20)));

        // A datagram cannot be refused: it is kept, but as nobody's.
        using var udp = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.InterNetwork, System.Net.Sockets.SocketType.Dgram, System.Net.Sockets.ProtocolType.Udp);
        await udp.SendToAsync("<14>forged"u8.ToArray(), doors.SyslogEndpoint);
        var record = Assert.Single(await doors.StoredAsync(1));

        Assert.Equal((doors.Sources.Unassigned("syslog").Key.Source, RecordFlags.Unassigned), (record.Source, record.Flags));
        Assert.Equal(1, doors.Troubles[source, DoorTroubleKind.ProofMissing]);
    }

    [Fact]
    public async Task WhereNoSourceIsBoundNoCertificateIsAskedFor()
    {
        await using var doors = await OpenAsync(sources => sources.Syslog("filter"));
        using var own = TestCertificate.Make("own");
        await using var sender = await TlsSender.ConnectAsync(TlsSender.EndpointOf(doors), client: own);

        Assert.Null(sender.Tls.LocalCertificate);
    }

    [Fact]
    public async Task ASourceCanHaveAPortOfTlsToItself()
    {
        await using var doors = await OpenAsync(sources => sources.Syslog("common"));
        var port = SyslogListenersTests.FreePort();
        var own = doors.Sources.Syslog("own", port, tls: true);
        doors.Sources.Publish();
        var listener = await Doors.UntilAsync(() => doors.Syslog.Listeners.SingleOrDefault(open => open.Endpoint.Port == port), found => found is not null);
        await using var sender = await TlsSender.ConnectAsync(listener!.Endpoint);
        await sender.SendAsync("<14>one\n");

        Assert.Equal(own.Key.Source, Assert.Single(await doors.StoredAsync(1)).Source);
        Assert.Null(listener.Udp);
    }

    [Fact]
    public async Task ACertificateBoundWhileRunningWorksAtOnce()
    {
        using var late = TestCertificate.Make("late");
        using var early = TestCertificate.Make("early");
        await using var doors = await OpenAsync(sources => sources.Syslog("early", certificates: CertificateThumbprint.Of(early)));
        var added = doors.Sources.Syslog("late", certificates: CertificateThumbprint.Of(late));
        await using var sender = await TlsSender.ConnectAsync(TlsSender.EndpointOf(doors), client: late);
        await sender.SendAsync("<14>one\n");

        Assert.Equal(added.Key.Source, Assert.Single(await doors.StoredAsync(1)).Source);
    }

    private Task<Doors> OpenAsync(Action<RegisteredSources> register)
    {
        _certificate.Write("server");
        return Doors.OpenAsync(
            register, ("Syslog:Tls:Listen", "127.0.0.1:0"), ("Syslog:Tls:CertificateFile", _certificate.File), ("Syslog:Tls:KeyFile", _certificate.KeyFile));
    }
}
