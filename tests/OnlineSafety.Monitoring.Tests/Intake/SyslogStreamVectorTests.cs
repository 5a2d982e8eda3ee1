using System.Text;
using System.Text.Json;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Intake.Syslog;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Tests.Intake;

/// <summary>Streams of others (see vectors/syslog-streams/README.md): what they find in a stream, we find too, and what they refuse we keep.</summary>
public sealed class SyslogStreamVectorTests
{
    public static TheoryData<string> Vectors => [.. SyslogVector.Streams.Select(vector => vector.Id)];

    [Theory]
    [MemberData(nameof(Vectors))]
    public void EveryAcceptedFrameIsFoundInOrderAndEveryByteOfTextIsKept(string id)
    {
        var vector = SyslogVector.Streams.Single(vector => vector.Id == id);
        var (json, input) = (vector.Json, vector.Input);
        var limit = json.TryGetProperty("options", out var options) && options.TryGetProperty("max_message_length", out var max) ? max.GetInt32() : 64 * 1024;

        var framer = new SyslogFramer(limit);
        var frames = SyslogFramerTests.Frame(framer, input, int.MaxValue);

        // After a fault nothing more is read, so there it matters how much had come.
        if (framer.Fault == FramingFault.None)
        {
            Assert.Equal(frames, SyslogFramerTests.Frame(new SyslogFramer(limit), input, 1));
        }

        var from = 0;
        foreach (var expected in Accepted(json))
        {
            var found = frames.FindIndex(from, frame => frame.Flags == RecordFlags.None && Fits(frame.Text, expected));
            Assert.True(found >= 0, $"{id}: accepted frame is missing");
            from = found + 1;
        }

        var letters = Encoding.Latin1.GetString(input).Count(char.IsAsciiLetter);
        Assert.InRange(frames.Sum(frame => frame.Text.Count(char.IsAsciiLetter)), framer.Fault == FramingFault.None ? letters : Math.Min(letters, limit - 4), letters);
    }

    [Fact]
    public void ALineOf200KilobytesIsCutAtTheLimit()
    {
        var stream = Encoding.ASCII.GetBytes("<14>" + new string('z', 200_000) + "\n");

        var framer = new SyslogFramer(64 * 1024);
        var frames = SyslogFramerTests.Frame(framer, stream, 32 * 1024);

        Assert.Equal(64 * 1024, frames[0].Text.Length);
        Assert.Equal(RecordFlags.Truncated, frames[0].Flags);
        Assert.Equal(FramingFault.FrameTooLong, framer.Fault);
    }

    private static IEnumerable<JsonElement> Accepted(JsonElement vector) =>
        vector.GetProperty("frames_strict").EnumerateArray().Where(frame => frame.GetProperty("outcome").GetString() == "accept");

    /// <summary>Some vectors give the frame itself, the others its priority and version.</summary>
    private static bool Fits(string frame, JsonElement expected) =>
        expected.TryGetProperty("raw", out var raw)
            ? frame == raw.GetString()
            : expected.GetProperty("expect") is var fields
                && frame.StartsWith($"<{fields.GetProperty("pri").GetInt32()}>{fields.GetProperty("version").GetInt32()} ", StringComparison.Ordinal);
}
