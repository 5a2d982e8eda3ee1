using System.Net;
using Microsoft.Extensions.Options;

namespace OnlineSafety.Monitoring.Intake.Http;

/// <summary>How many requests each address may make for which nobody has to prove anything; one minute's worth may come at once. A school behind one address shares it.</summary>
internal sealed class PeerRates(IOptions<IntakeOptions> options, TimeProvider time)
{
    /// <summary>Addresses are anybody's to make up. Over so many, those not known yet share one allowance.</summary>
    public const int MostPeers = 10_000;

    private readonly int _perMinute = options.Value.Http.MaxDenyPagesPerMinutePerPeer;
    private readonly Lock _gate = new();
    private readonly Dictionary<UInt128, long> _paidUntil = [];

    /// <summary>False when it is over its rate; then it is charged nothing.</summary>
    public bool TryTake(IPAddress peer)
    {
        var now = time.GetTimestamp();
        var minute = time.TimestampFrequency * 60;
        lock (_gate)
        {
            var key = KeyOf(PeerAddress.LimitKey(peer), now - minute);
            var paid = Math.Max(_paidUntil.GetValueOrDefault(key, long.MinValue), now - minute) + (minute / _perMinute);
            if (paid > now)
            {
                return false;
            }

            _paidUntil[key] = paid;
            return true;
        }
    }

    private UInt128 KeyOf(UInt128 peer, long freeAgain)
    {
        if (_paidUntil.Count < MostPeers || _paidUntil.ContainsKey(peer))
        {
            return peer;
        }

        foreach (var (known, paid) in _paidUntil)
        {
            if (paid <= freeAgain)
            {
                _paidUntil.Remove(known);
            }
        }

        return _paidUntil.Count < MostPeers ? peer : UInt128.Zero;
    }
}
