using System.Text;
using OnlineSafety.Monitoring.Intake;
using OnlineSafety.Monitoring.Intake.Mail;

namespace OnlineSafety.Monitoring.Tests.Intake.Mail;

public sealed class SmtpReaderTests
{
    /// <summary>Only the first way to end a mail is one; what servers that read the others so would take for the next mail stays inside.</summary>
    [Theory]
    [InlineData("a\r\n.\r\nNEXT", "a\r\n")]
    [InlineData(".\r\nNEXT", "")]
    [InlineData("a\n.\nMAIL\r\n.\r\nNEXT", "a\n.\nMAIL\r\n")]
    [InlineData("a\n.\r\nMAIL\r\n.\r\nNEXT", "a\n.\r\nMAIL\r\n")]
    [InlineData("a\r\n.\nMAIL\r\n.\r\nNEXT", "a\r\n\nMAIL\r\n")]
    [InlineData("a\r.\r\nMAIL\r\n.\r\nNEXT", "a\r.\r\nMAIL\r\n")]
    [InlineData("a\r\n.\rMAIL\r\n.\r\nNEXT", "a\r\n\rMAIL\r\n")]
    [InlineData("a\r\n.\r\r\nMAIL\r\n.\r\nNEXT", "a\r\n\r\r\nMAIL\r\n")]
    [InlineData("a\r\r\n.\r\nNEXT", "a\r\r\n")]
    [InlineData("a\r\n\0.\r\nMAIL\r\n.\r\nNEXT", "a\r\n\0.\r\nMAIL\r\n")]
    [InlineData("..\r\n...b\r\n.c\r\n.\r\nNEXT", ".\r\n..b\r\nc\r\n")]
    public async Task OnlyCrLfDotCrLfEndsAMail(string sent, string mail)
    {
        // Whole, and a byte at a time: where a packet ends says nothing.
        foreach (var step in new[] { int.MaxValue, 1, 2, 3 })
        {
            var reader = new SmtpReader(new Steps(Encoding.Latin1.GetBytes(sent + "\r\n"), step));
            var body = Body(1000);

            Assert.Equal(MailInput.Whole, await reader.ReadMailAsync(body, default));
            Assert.Equal(mail, Encoding.Latin1.GetString(body.Bytes));
            Assert.Equal((SmtpInput.Line, "NEXT"), await reader.ReadCommandAsync(default));
        }
    }

    [Fact]
    public async Task AMailThatBreaksOffIsNone()
    {
        var reader = new SmtpReader(new Steps("a\r\n.\r"u8.ToArray(), int.MaxValue));
        Assert.Equal(MailInput.End, await reader.ReadMailAsync(Body(1000), default));
    }

    [Theory]
    [InlineData("NOOP\r\n", SmtpInput.Line)]
    [InlineData("NOOP\n", SmtpInput.BareLineEnd)]
    [InlineData("NO\rOP\r\n", SmtpInput.BareLineEnd)]
    [InlineData("NO\0OP\r\n", SmtpInput.BareLineEnd)]
    [InlineData("NOOP", SmtpInput.End)]
    public async Task ACommandEndsInCrLf(string sent, object input) =>
        Assert.Equal((SmtpInput)input, (await new SmtpReader(new Steps(Encoding.Latin1.GetBytes(sent), 1)).ReadCommandAsync(default)).Input);

    [Theory]
    [InlineData("\r\n")]
    [InlineData("")]
    public async Task ALineWithoutEndIsNotCollected(string end)
    {
        var reader = new SmtpReader(new Steps(Encoding.Latin1.GetBytes(new string('a', 100_000) + end), int.MaxValue));
        Assert.Equal(SmtpInput.TooLong, (await reader.ReadCommandAsync(default)).Input);
    }

    [Fact]
    public async Task AMailThatIsTooLargeIsLetGoAndReadToItsEnd()
    {
        var memory = new BodyMemory(1 << 20, 1 << 20);
        using var lease = memory.Lease(Guid.NewGuid());
        var body = new MailBody(50_000, lease);
        var reader = new SmtpReader(new Steps(Encoding.Latin1.GetBytes(new string('a', 60_000) + "\r\n.\r\nQUIT\r\n"), 1000));

        Assert.Equal(MailInput.Whole, await reader.ReadMailAsync(body, default));
        Assert.True(body.TooLarge);
        Assert.Equal(0, memory.Held);
        Assert.Equal("QUIT", (await reader.ReadCommandAsync(default)).Line);
    }

    [Fact]
    public void WhatAllMailsMayHoldIsNotPassed()
    {
        var memory = new BodyMemory(40_000, 40_000);
        var source = Guid.NewGuid();
        using var first = memory.Lease(source);
        using var second = memory.Lease(source);
        var (one, other) = (new MailBody(1 << 20, first), new MailBody(1 << 20, second));
        one.Take(new byte[30_000]);
        other.Take(new byte[30_000]);

        Assert.False(one.NoRoom);
        Assert.True(other.NoRoom);
        Assert.True(other.Bytes.IsEmpty);
    }

    private static MailBody Body(int most) => new(most, new BodyMemory(1 << 20, 1 << 20).Lease(Guid.NewGuid()));

    private sealed class Steps(byte[] bytes, int step) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(step, buffer.Length)], cancellationToken);
    }
}
