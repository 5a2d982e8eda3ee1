using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Tests.Events;

public sealed class SyslogVectorTests
{
    public static TheoryData<string> Files() => [.. SyslogVector.Messages.Select(vector => vector.File).Distinct()];

    [Theory]
    [MemberData(nameof(Files))]
    public void EveryAcceptedMessageIsReadAsItsVectorSays(string file)
    {
        var accepted = SyslogVector.Messages
            .Where(vector => vector.File == file && vector.Outcome == "accept" && !SyslogVector.Deviations.ContainsKey(vector.Id)).ToList();
        var failures = accepted.Select(vector => (vector.Id, Difference: vector.Difference(vector.Input))).Where(found => found.Difference.Length > 0);

        Assert.True(accepted.Count > 5);
        Assert.Empty(failures);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void WhateverArrivesIsReadWithoutAnExceptionAndNoByteOfTheBodyIsLost(string file)
    {
        foreach (var vector in SyslogVector.Messages.Where(vector => vector.File == file))
        {
            var message = SyslogMessage.Parse(vector.Input, SyslogVector.ReceivedAt, TimeZoneInfo.Utc);
            Assert.True(vector.Input.AsSpan().IndexOf(message.Message) >= 0);
            Assert.Equal(message.BodyRange.End, message.MessageRange.End);
            _ = message.Timestamp;
        }
    }
}
