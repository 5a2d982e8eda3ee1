using System.Security.Cryptography;
using System.Text;
using OnlineSafety.Monitoring.Intake.Http;

namespace OnlineSafety.Monitoring.Tests.Intake;

public sealed class UnansweredRequestsTests
{
    private static readonly Guid Source = Guid.Parse("6d1f6d6a-1f0e-4a53-9a1c-000000000001");
    private readonly ManualTime _time = new();

    [Fact]
    public void ARequestIsKnownBySourceAndBodyUntilItIsForgotten()
    {
        var requests = Requests();
        requests.Remember(Print("body"));

        Assert.True(requests.Contains(Print("body")));
        Assert.False(requests.Contains(Print("other")));
        Assert.False(requests.Contains(Print("body", Guid.NewGuid())));

        requests.Forget(Print("body"));
        Assert.False(requests.Contains(Print("body")));
    }

    [Fact]
    public void ItIsKnownForSomeMinutesOnly()
    {
        var requests = Requests();
        requests.Remember(Print("body"));

        _time.Advance(TimeSpan.FromMinutes(10));
        Assert.True(requests.Contains(Print("body")));

        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(requests.Contains(Print("body")));
    }

    [Fact]
    public void RememberingAgainStartsTheTimeAnew()
    {
        var requests = Requests();
        requests.Remember(Print("body"));
        _time.Advance(TimeSpan.FromMinutes(9));
        requests.Remember(Print("body"));
        _time.Advance(TimeSpan.FromMinutes(9));

        Assert.True(requests.Contains(Print("body")));
    }

    [Fact]
    public void TheOldestGoesWhenThereAreTooMany()
    {
        var requests = Requests();
        for (var body = 0; body < 100; body++)
        {
            requests.Remember(Print($"body {body}"));
        }

        Assert.Equal(8, requests.Count);
        Assert.True(requests.Contains(Print("body 99")));
        Assert.False(requests.Contains(Print("body 0")));
    }

    private UnansweredRequests Requests() => new(8, TimeSpan.FromMinutes(10), _time);

    private static RequestPrint Print(string body, Guid? source = null) => RequestPrint.Of(source ?? Source, SHA256.HashData(Encoding.UTF8.GetBytes(body)));
}
