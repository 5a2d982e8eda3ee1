using System.Net.Sockets;
using System.Text;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.TestKit;

public sealed class SmtpCaptureTests : IAsyncLifetime
{
    private readonly SmtpCapture _capture = new();
    private readonly TcpClient _client = new();
    private StreamReader _reader = StreamReader.Null;

    public async Task InitializeAsync()
    {
        await _client.ConnectAsync("127.0.0.1", _capture.Port);
        _client.ReceiveTimeout = 5000;
        _reader = new StreamReader(_client.GetStream(), Encoding.ASCII);
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _capture.DisposeAsync();
    }

    [Fact]
    public async Task AMessageIsKeptByteForByteWithTheDotsTakenOut()
    {
        Assert.StartsWith("220", await ReadAsync(), StringComparison.Ordinal);
        await EnvelopeAsync();
        Assert.StartsWith("354", await SendAsync("DATA"), StringComparison.Ordinal);
        Assert.StartsWith("250", await SendAsync("Subject: x\r\n\r\n..dot\r\ncaf\u00e9\r\n."), StringComparison.Ordinal);
        Assert.StartsWith("221", await SendAsync("QUIT"), StringComparison.Ordinal);
        Assert.Null(await ReadAsync());

        var mail = await _capture.NextAsync(CancellationToken.None);
        Assert.Equal("from@school.test", mail.From);
        Assert.Equal(["a@school.test", "b@school.test"], mail.Recipients);
        Assert.Equal("Subject: x\r\n\r\n.dot\r\ncaf\u00e9\r\n", mail.Text);
    }

    [Fact]
    public async Task AScriptedAnswerStrikesOnceAndTheSessionGoesOn()
    {
        _capture.Fail(SmtpStep.MailFrom, new SmtpFault.Answer(451));
        await ReadAsync();
        await SendAsync("HELO client.test");

        Assert.StartsWith("451", await SendAsync("MAIL FROM:<from@school.test>"), StringComparison.Ordinal);
        Assert.StartsWith("250", await SendAsync("MAIL FROM:<from@school.test>"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(nameof(SmtpStep.Message), 0)]
    [InlineData(nameof(SmtpStep.Accepted), 1)]
    public async Task ACutAfterTheMessageKeepsItOnlyOnceItWasAccepted(string step, int kept)
    {
        _capture.Fail(Enum.Parse<SmtpStep>(step), new SmtpFault.Cut());
        await ReadAsync();
        await EnvelopeAsync();
        await SendAsync("DATA");

        Assert.Null(await SendAsync("Subject: x\r\n."));
        Assert.Equal(kept, _capture.Mails.Count);
    }

    [Fact]
    public async Task AHangNeverAnswers()
    {
        _capture.Fail(SmtpStep.Ehlo, new SmtpFault.Hang());
        await ReadAsync();

        var answer = SendAsync("EHLO client.test");

        Assert.NotSame(answer, await Task.WhenAny(answer, Task.Delay(200)));
    }

    private async Task EnvelopeAsync()
    {
        await SendAsync("HELO client.test");
        await SendAsync("MAIL FROM:<from@school.test>");
        await SendAsync("RCPT TO:<a@school.test>");
        await SendAsync("RCPT TO:<b@school.test>");
    }

    private async Task<string?> SendAsync(string line)
    {
        await _client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(line + "\r\n"));
        return await ReadAsync();
    }

    private async Task<string?> ReadAsync() => await _reader.ReadLineAsync();
}
