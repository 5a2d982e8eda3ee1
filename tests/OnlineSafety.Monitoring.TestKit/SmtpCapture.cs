using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Channels;

namespace OnlineSafety.Monitoring.TestKit;

/// <summary>Where in a session a fault strikes.</summary>
internal enum SmtpStep
{
    Connect,
    Ehlo,
    MailFrom,
    RcptTo,
    Data,

    /// <summary>The whole message was read; nothing is kept yet.</summary>
    Message,

    /// <summary>The message is kept; the client has not been told.</summary>
    Accepted,
    Quit,
}

/// <summary>What happens at a step instead of the usual answer.</summary>
internal abstract record SmtpFault
{
    /// <summary>Answers with this code; the session goes on.</summary>
    public sealed record Answer(int Code, string Text = "scripted") : SmtpFault;

    /// <summary>Closes the connection without an answer.</summary>
    public sealed record Cut : SmtpFault;

    /// <summary>Never answers; the connection stays open until the client or the capture ends it.</summary>
    public sealed record Hang : SmtpFault;
}

/// <summary>A message as it came: envelope, and the raw bytes with the transport's dots taken out, CRLF line ends kept.</summary>
/// <param name="Secure">It came inside TLS.</param>
internal sealed record CapturedMail(string From, IReadOnlyList<string> Recipients, byte[] Raw, bool Secure = false)
{
    public string Text => System.Text.Encoding.UTF8.GetString(Raw);
}

/// <summary>A real mail server on a loopback port that keeps what it is sent and fails where it is told to.</summary>
internal sealed class SmtpCapture : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<SmtpStep, ConcurrentQueue<SmtpFault>> _faults = new();
    private readonly ConcurrentQueue<CapturedMail> _mails = new();
    private readonly Channel<CapturedMail> _arrivals = Channel.CreateUnbounded<CapturedMail>();
    private readonly ConcurrentDictionary<Task, bool> _sessions = new();
    private readonly Task _accepting;
    private int _connections;

    public SmtpCapture()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How many connections were accepted.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>With one, STARTTLS is offered. May be changed or taken away between sessions.</summary>
    public X509Certificate2? Certificate { get; set; }

    /// <summary>Asked at each recipient: what happens instead of the usual answer, or null.</summary>
    public Func<string, SmtpFault?> Recipient { get; set; } = static _ => null;

    /// <summary>How long a message that is kept waits for its answer, as a relay's disk takes.</summary>
    public TimeSpan AnswersAfter { get; set; }

    /// <summary>While set, every session is refused at its greeting.</summary>
    public bool Refusing { get; set; }

    /// <summary>All messages kept so far, in order of arrival.</summary>
    public IReadOnlyList<CapturedMail> Mails => [.. _mails];

    /// <summary>The next few sessions that reach the step meet the fault, once each.</summary>
    public void Fail(SmtpStep step, SmtpFault fault, int times = 1)
    {
        var queue = _faults.GetOrAdd(step, _ => new ConcurrentQueue<SmtpFault>());
        for (var n = 0; n < times; n++)
        {
            queue.Enqueue(fault);
        }
    }

    /// <summary>The next message not yet taken, waiting for it.</summary>
    public ValueTask<CapturedMail> NextAsync(CancellationToken cancellationToken) => _arrivals.Reader.ReadAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_sessions.Keys);
        _stopping.Dispose();
    }

    internal SmtpFault? TakeFault(SmtpStep step) =>
        Refusing && step == SmtpStep.Connect ? new SmtpFault.Answer(554) : _faults.TryGetValue(step, out var queue) && queue.TryDequeue(out var fault) ? fault : null;

    internal void Keep(CapturedMail mail)
    {
        _mails.Enqueue(mail);
        _arrivals.Writer.TryWrite(mail);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stopping.Token);
                Interlocked.Increment(ref _connections);
                var session = ServeAsync(client);
                _sessions[session] = true;
                _ = session.ContinueWith(ended => _sessions.TryRemove(ended, out _), TaskScheduler.Default);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                await new SmtpCaptureSession(this, client.GetStream()).RunAsync(_stopping.Token);
            }
            catch (Exception error) when (error is IOException or OperationCanceledException or AuthenticationException)
            {
                // The client went away, the capture stops, or a fault cut the link.
            }
        }
    }
}
