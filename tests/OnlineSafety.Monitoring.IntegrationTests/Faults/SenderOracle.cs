using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Faults;

/// <summary>
/// Senders that are never killed and remember what they were promised. Each delivery has an id of its own and 1 to 3 lines, each about a user
/// of its own, so that every line must become exactly one event; it is sent again, the same id and bytes, until it is acknowledged.
/// </summary>
internal sealed class SenderOracle : IDisposable
{
    private const int Senders = 8;
    private const int GraveOneIn = 4;
    private const int ImpatientOneIn = 16;
    private static readonly TimeSpan GivesUpAfter = TimeSpan.FromMinutes(2);

    private readonly Uri _door;
    private readonly int _seed;
    private readonly HttpClient _client;
    private readonly ConcurrentDictionary<string, bool> _sent = new(StringComparer.Ordinal);
    private int _deliveries;
    private int _acknowledged;
    private int _resent;
    private volatile bool _givenUp;

    public SenderOracle(Uri door, string key, int seed)
    {
        (_door, _seed) = (door, seed);
        // Longer than the service tries to reach its database before it says 503.
        _client = new HttpClient { Timeout = TimeSpan.FromSeconds(12) };
        _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    /// <summary>Users of every line that was ever sent, and whether its delivery was acknowledged.</summary>
    public IReadOnlyDictionary<string, bool> Sent => _sent;

    /// <summary>Deliveries acknowledged so far.</summary>
    public int Acknowledged => Volatile.Read(ref _acknowledged);

    /// <summary>Attempts after the first.</summary>
    public int Resent => _resent;

    /// <summary>Sends until told to stop; what was begun is sent to its end.</summary>
    public Task SendAsync(CancellationToken stop) => Task.WhenAll(Enumerable.Range(0, Senders).Select(n => Task.Run(() => SendAsync(new Random(_seed + n), stop), CancellationToken.None)));

    /// <summary>From now on nothing is sent again.</summary>
    public void GiveUp() => _givenUp = true;

    /// <summary>One delivery more, of one line; returns its user.</summary>
    public async Task<string> SendOneAsync()
    {
        var users = await DeliverAsync(new Random(_seed), lines: 1, impatient: false);
        return users[0];
    }

    public void Dispose() => _client.Dispose();

    private async Task SendAsync(Random random, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await DeliverAsync(random, 1 + random.Next(3), random.Next(ImpatientOneIn) == 0);
            await Task.Delay(random.Next(60), CancellationToken.None);
        }
    }

    private async Task<string[]> DeliverAsync(Random random, int lines, bool impatient)
    {
        var id = Interlocked.Increment(ref _deliveries).ToString("000000", CultureInfo.InvariantCulture);
        var users = Enumerable.Range(0, lines).Select(n => $"u{id}-{n}").ToArray();
        var body = string.Join('\n', users.Select(user => WebFilterLines.WithoutHeader(
            random.Next(GraveOneIn) == 0 ? WebFilterLines.Grave(user) : WebFilterLines.Worrying(user))));
        foreach (var user in users)
        {
            _sent[user] = false;
        }

        var begun = Stopwatch.GetTimestamp();
        // An impatient sender hangs up before the answer and comes again: the first try may be stored, or still on its way.
        var patience = impatient ? TimeSpan.FromMilliseconds(1 + random.Next(15)) : Timeout.InfiniteTimeSpan;
        while (!await TryAsync(id, body, patience))
        {
            if (_givenUp || Stopwatch.GetElapsedTime(begun) > GivesUpAfter)
            {
                return users;
            }

            Interlocked.Increment(ref _resent);
            patience = Timeout.InfiniteTimeSpan;
            await Task.Delay(10 + random.Next(150));
        }

        foreach (var user in users)
        {
            _sent[user] = true;
        }

        Interlocked.Increment(ref _acknowledged);
        return users;
    }

    /// <summary>True when the service said that the delivery is stored.</summary>
    private async Task<bool> TryAsync(string id, string body, TimeSpan patience)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _door) { Content = new StringContent(body, Encoding.UTF8, "text/plain") };
        request.Headers.Add("webhook-id", $"delivery-{id}");
        using var limit = new CancellationTokenSource(patience);
        try
        {
            using var answer = await _client.SendAsync(request, limit.Token);
            return answer.IsSuccessStatusCode
                || (answer.StatusCode is HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests || _givenUp
                    ? false
                    : throw new InvalidOperationException($"The service answered {(int)answer.StatusCode} to a good delivery."));
        }
        // The client lets a SocketException through when the other end dies while it looks at a connection that was just made.
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException or SocketException)
        {
            return false;
        }
    }
}
