using System.Net.Sockets;
using System.Text;

namespace OnlineSafety.Monitoring.Intake.Mail;

/// <summary>One connection's words in both directions, each within its time.</summary>
internal sealed class SmtpWire(Stream stream, TimeProvider time) : IAsyncDisposable
{
    /// <summary>A sender that does not read its answers holds a place no longer.</summary>
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(10);

    private readonly SmtpReader _reader = new(stream);

    /// <inheritdoc cref="SmtpReader.HasMore"/>
    public bool HasMore => _reader.HasMore;

    /// <exception cref="TimeoutException">The sender was too slow.</exception>
    public ValueTask<(SmtpInput Input, string Line)> ReadCommandAsync(TimeSpan patience, CancellationToken stop) =>
        WithinAsync(patience, _reader.ReadCommandAsync, stop);

    /// <exception cref="TimeoutException">The sender was too slow.</exception>
    public ValueTask<MailInput> ReadMailAsync(MailBody body, TimeSpan patience, CancellationToken stop) =>
        WithinAsync(patience, token => _reader.ReadMailAsync(body, token), stop);

    /// <exception cref="IOException">The sender has gone, or does not read.</exception>
    public async Task AnswerAsync(string answer, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(AnswerWithin, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        try
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(answer + "\r\n"), either.Token);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException("The sender does not read.", exception);
        }
    }

    /// <summary>A last word, if somebody is there to hear it.</summary>
    public async Task TryAnswerAsync(string answer)
    {
        try
        {
            await AnswerAsync(answer, CancellationToken.None);
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException)
        {
            // Nobody is.
        }
    }

    public ValueTask DisposeAsync() => stream.DisposeAsync();

    private async ValueTask<T> WithinAsync<T>(TimeSpan patience, Func<CancellationToken, ValueTask<T>> read, CancellationToken stop)
    {
        using var late = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, late.Token);
        try
        {
            return await read(either.Token);
        }
        catch (OperationCanceledException exception) when (late.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            throw new TimeoutException("The sender was too slow.", exception);
        }
    }
}
