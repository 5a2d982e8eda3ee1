using System.Net;
using System.Text;
using OnlineSafety.Monitoring.Intake.Syslog;

namespace OnlineSafety.Monitoring.Tests.Intake;

public sealed class DatagramQueueTests
{
    private static readonly DateTimeOffset At = new(2026, 3, 2, 9, 14, 7, TimeSpan.Zero);

    [Fact]
    public async Task WhatArrivesWhileABufferIsTakenComesWithTheNext()
    {
        var queue = new DatagramQueue(64 * 1024);
        Assert.True(Add(queue, "one"));
        var first = await queue.TakeAsync();
        Assert.Equal(["one"], Texts(first));

        Assert.True(Add(queue, "two"));
        Assert.True(Add(queue, "three"));
        Assert.Equal(["one"], Texts(first));
        Assert.Equal(["two", "three"], Texts(await queue.TakeAsync()));
    }

    [Fact]
    public async Task WhatDoesNotFitIsRefusedUntilTheTakenBufferComesBack()
    {
        var queue = new DatagramQueue(2000);
        var text = new string('a', 800);
        Assert.True(Add(queue, text));
        Assert.NotNull(await queue.TakeAsync());
        Assert.True(Add(queue, text));
        Assert.False(Add(queue, text));

        Assert.NotNull(await queue.TakeAsync());
        Assert.True(Add(queue, text));
    }

    [Fact]
    public void EmptyDatagramsCannotFillMemoryEither()
    {
        var queue = new DatagramQueue(64 * 1024);
        var kept = 0;
        while (kept < 100_000 && Add(queue, ""))
        {
            kept++;
        }

        Assert.InRange(kept, 1, 64 * 1024 / 16);
    }

    [Fact]
    public async Task DatagramsOfEverySizeComeAsTheyWereThoughTheyFillManyBlocks()
    {
        var queue = new DatagramQueue(16 * 1024 * 1024);
        var random = new Random(7);
        for (var round = 0; round < 3; round++)
        {
            var sent = new List<string>();
            for (var i = 0; i < 200; i++)
            {
                sent.Add(new string((char)('a' + (i % 26)), i % 7 == 0 ? 65_507 : random.Next(0, 3000)));
                Assert.True(Add(queue, sent[^1]));
            }

            Assert.Equal(sent, Texts(await queue.TakeAsync()));
        }
    }

    [Fact]
    public async Task AfterTheEndWhatIsLeftIsGivenAndThenNull()
    {
        var queue = new DatagramQueue(64 * 1024);
        Add(queue, "last");
        queue.Complete();

        Assert.Equal(["last"], Texts(await queue.TakeAsync()));
        Assert.Null(await queue.TakeAsync());
    }

    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7")]
    [InlineData("2001:db8::7", "2001:db8::7")]
    [InlineData("::ffff:192.0.2.7", "192.0.2.7")]
    public void ASenderIsKnownByItsAddressWhateverItsPort(string sender, string text)
    {
        var first = PeerKey.Of(new IPEndPoint(IPAddress.Parse(sender), 514).Serialize());
        var second = PeerKey.Of(new IPEndPoint(IPAddress.Parse(sender), 40_001).Serialize());

        Assert.Equal(first, second);
        Assert.Equal(text, PeerKey.ToAddress(first).ToString());
    }

    private static bool Add(DatagramQueue queue, string text) =>
        queue.TryAdd(new IPEndPoint(IPAddress.Parse("192.0.2.7"), 514).Serialize(), At, Encoding.UTF8.GetBytes(text));

    private static IEnumerable<string> Texts(DatagramBuffer? buffer)
    {
        Assert.NotNull(buffer);
        return Enumerable.Range(0, buffer.Count).Select(index => Encoding.UTF8.GetString(buffer[index].Payload.Span));
    }
}
