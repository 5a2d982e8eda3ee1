using System.Text;
using OnlineSafety.Monitoring.Intake.Files;

namespace OnlineSafety.Monitoring.Tests.Intake.Files;

public sealed class FileKindsTests
{
    [Theory]
    [InlineData("report.csv", "Time,User,URL\r\n2026-03-02,jsmith,http://a.test/\r\n", "csv")]
    [InlineData("REPORT.CSV.GZ", "\"Time\",\"User\"\n", "csv")]
    [InlineData("report.tsv", "Time\tUser\n", "csv")]
    [InlineData("access.csv", "\"2026.03.02 09:14:07\",\"jsmith\",\"10.20.30.41\",\"http://a.test/\",\"say \"hi\"\"\n", "lines")]
    [InlineData("access.csv", "jsmith,http://a.test/\n", "lines")]
    [InlineData("events.jsonl", "", "ndjson")]
    [InlineData("events.json", "{\"a\":1}\n{\"a\":2}\n", "ndjson")]
    [InlineData("events.json", "{\n \"a\": 1\n}\n", "json")]
    [InlineData("events.json", "[{\"a\":1},\n{\"a\":2}]", "json")]
    [InlineData("events", " [ {\"a\":1}]", "json")]
    [InlineData("access.log", "[2211] started\n", "lines")]
    [InlineData("access.log", "1772442782.104\t\tjsmith\n", "lines")]
    [InlineData("table.txt", "Time,User\n", "lines")]
    public void TheNameAndTheBeginningTellTheKind(string name, string text, string kind) =>
        Assert.Equal(kind, FileKinds.WordOf(FileKinds.Detect(name, Encoding.UTF8.GetBytes(text))));

    [Fact]
    public void WhatIsNoTextIsNamed()
    {
        Assert.Equal(FileFault.Utf16, FileKinds.FaultOf([0xFF, 0xFE, (byte)'T', 0]));
        Assert.Equal(FileFault.NotText, FileKinds.FaultOf("PK\x03\x04..."u8));
        Assert.Equal(FileFault.NotText, FileKinds.FaultOf("MZ\0\0"u8));
        Assert.Null(FileKinds.FaultOf("Time,User\n"u8));
    }

    [Fact]
    public void EveryFaultSaysWhatToDoInWordsOfItsOwn()
    {
        var texts = Enum.GetValues<FileFault>().Select(fault => new FileRefusedException(fault).Message).ToList();

        Assert.Equal(texts.Count, texts.Distinct().Count());
    }
}
