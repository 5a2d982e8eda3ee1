using System.Buffers.Binary;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace OnlineSafety.Monitoring.Intake.Http;

/// <summary>
/// Remembers for some minutes the requests without a delivery id of the sender's own whose sender never got a yes, so that the sender's repetition can be marked.
/// Bounded: the oldest are forgotten first. Lost with the process; the mark is a hint, nothing is left out because of it.
/// </summary>
internal sealed class UnansweredRequests(int most, TimeSpan keptFor, TimeProvider time)
{
    [ActivatorUtilitiesConstructor]
    public UnansweredRequests(IOptions<IntakeOptions> options, TimeProvider time)
        : this(options.Value.Http.MaxUnanswered, options.Value.Http.UnansweredFor, time)
    {
    }

    private readonly Lock _gate = new();
    private readonly Dictionary<RequestPrint, long> _seen = [];
    private readonly Queue<(RequestPrint Print, long At)> _order = new();

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _seen.Count;
            }
        }
    }

    public void Remember(RequestPrint print)
    {
        lock (_gate)
        {
            Expire();
            var now = time.GetTimestamp();
            _seen[print] = now;
            _order.Enqueue((print, now));
        }
    }

    public bool Contains(RequestPrint print)
    {
        lock (_gate)
        {
            Expire();
            return _seen.ContainsKey(print);
        }
    }

    /// <summary>The sender has its answer now.</summary>
    public void Forget(RequestPrint print)
    {
        lock (_gate)
        {
            _seen.Remove(print);
        }
    }

    private void Expire()
    {
        while (_order.TryPeek(out var oldest) && (_order.Count >= most || time.GetElapsedTime(oldest.At) > keptFor))
        {
            _order.Dequeue();

            // Remembered again later, or forgotten: then this is not its entry any more.
            if (_seen.TryGetValue(oldest.Print, out var at) && at == oldest.At)
            {
                _seen.Remove(oldest.Print);
            }
        }
    }
}

/// <summary>A source and the SHA-256 of a body, as a value.</summary>
internal readonly record struct RequestPrint(Guid Source, UInt128 High, UInt128 Low)
{
    public static RequestPrint Of(Guid source, ReadOnlySpan<byte> bodyHash) => new(
        source,
        BinaryPrimitives.ReadUInt128BigEndian(bodyHash),
        BinaryPrimitives.ReadUInt128BigEndian(bodyHash[16..]));
}
