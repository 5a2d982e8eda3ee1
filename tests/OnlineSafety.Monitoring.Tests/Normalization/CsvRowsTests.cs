using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Normalization;

namespace OnlineSafety.Monitoring.Tests.Normalization;

/// <summary>Rows of CSV by position, without a header row.</summary>
public sealed class CsvRowsTests
{
    private static readonly Mapping[] Rows = OneMapping.Of(
        """{"type":"csv","layouts":[{"columns":["when","user","url","text"],"checks":{"when":"timestamp"},"least":3}]}""",
        """{"time":{"from":"when","formats":["yyyy-MM-dd HH:mm:ss"]},"user":"user","url":"url","text":"text"}""",
        "");

    [Fact]
    public void EachRowOfABodyIsAnEvent()
    {
        var reading = OneMapping.Read(Rows, "\"2026-03-02 09:14:07\",\"ada\",\"a.example.test\"\r\n\r\n\"2026-03-02 09:14:08\",\"ben\",\"b.example.test\"\n", RecordEnvelope.Csv);
        Assert.Equal(NormalizeOutcome.Mapped, reading.Result.Outcome);
        Assert.Equal([("ada", "a.example.test"), ("ben", "b.example.test")], reading.Events.Select(e => (e.Event.User!, e.Event.Url!)));
    }

    [Fact]
    public void AQuotedCellHoldsLineBreaksAndABlankMayStandBeforeTheFirstQuote()
    {
        var reading = OneMapping.Read(
            Rows, " \"2026-03-02 09:14:07\",\"ada\",\"a.example.test\",\"one\r\ntwo \"\"three\"\"\"\n \"2026-03-02 09:14:08\",\"ben\",\"b.example.test\",\"\"", RecordEnvelope.Csv);
        Assert.Equal(["one\r\ntwo \"three\"", null], reading.Events.Select(e => e.Event.Text));
        Assert.Equal("ben", reading.Events[1].Event.User);
    }

    [Fact]
    public void ARowThatFitsNoLayoutLosesNoOtherAndLeavesTheRecordForReview()
    {
        var reading = OneMapping.Read(Rows, "2026-03-02 09:14:07,ada,a.example.test\nnothing,of,ours\n2026-03-02 09:14:08,ben,b.example.test", RecordEnvelope.Csv);
        Assert.Equal((NormalizeOutcome.Unreadable, Reasons.ColumnShape, 2), (reading.Result.Outcome, reading.Result.Reason, reading.Result.Events));
        Assert.Equal(["ada", "ben"], reading.Events.Select(e => e.Event.User));
    }

    [Fact]
    public void AQuoteThatIsNotClosedLeavesTheRowsBeforeIt()
    {
        var reading = OneMapping.Read(Rows, "2026-03-02 09:14:07,ada,a.example.test\n2026-03-02 09:14:08,\"ben,b.example.test", RecordEnvelope.Csv);
        Assert.Equal((Reasons.OpenQuote, 1), (reading.Result.Reason, reading.Result.Events));
    }

    [Fact]
    public void ATableWithAHeaderRowIsAnotherMappings() =>
        Assert.Equal(NormalizeOutcome.Unclaimed, OneMapping.Read(Rows, "When,User,URL\n2026-03-02 09:14:07,ada,a.example.test", RecordEnvelope.Csv).Result.Outcome);

    [Fact]
    public void ValuesOfOneRowAreNotThoseOfTheNext()
    {
        var reading = OneMapping.Read(Rows, "2026-03-02 09:14:07,ada,a.example.test,words\n2026-03-02 09:14:08,,b.example.test", RecordEnvelope.Csv);
        Assert.Equal([("ada", "words"), (null, null)], reading.Events.Select(e => (e.Event.User, e.Event.Text)));
    }
}
