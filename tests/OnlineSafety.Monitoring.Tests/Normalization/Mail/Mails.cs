using System.Text;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Normalization;
using OnlineSafety.Monitoring.Normalization.Shapes.Mail;

namespace OnlineSafety.Monitoring.Tests.Normalization.Mail;

/// <summary>Mails for tests, and what becomes of them.</summary>
internal static class Mails
{
    public static RecordEnvelope Envelope { get; } = RecordEnvelope.Of(Door.Mail, RecordEnvelope.Mail, "192.0.2.10");

    public static byte[] Of(string text) => Encoding.Latin1.GetBytes(text.ReplaceLineEndings("\r\n"));

    public static byte[] Plain(string body, string subject = "Alert") => Of($"From: a@product.example.test\nSubject: {subject}\nDate: Mon, 2 Mar 2026 09:14:07 +0000\n\n{body}");

    public static byte[] Html(string body) => Of($"Subject: Alert\nMIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n\n{body}");

    public static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text), Base64FormattingOptions.InsertLineBreaks);

    public static MailText Taken(byte[] mail)
    {
        var text = new MailText();
        text.Read(mail);
        return text;
    }

    public static string Readable(byte[] mail) => Encoding.UTF8.GetString(Taken(mail).Readable().Span);

    /// <summary>Reads a mail by one mapping of shape and fields.</summary>
    public static (NormalizeResult Result, List<MonitoringEvent> Events) Read(string shape, string fields, byte[] mail, string more = "")
    {
        var json = $$"""{"product":"x","mappings":[{"id":"x.mail","version":1,"status":"documented","source":"s","shape":{{shape}},"fields":{{fields}}{{more}}}]}""";
        var mappings = MappingSet.Parse([("x", Encoding.UTF8.GetBytes(json))]);
        var record = new RawRecord(Envelope, Packs.ReceivedAt, RecordFlags.None, mail);
        var sink = new Kept(record);
        return (new Normalizer(mappings).Normalize(record, mappings.Find("x"), Packs.London, sink), sink.Events);
    }

    private sealed class Kept(RawRecord record) : IEventSink
    {
        public List<MonitoringEvent> Events { get; } = [];

        public void OnEvent(EventDraft draft, int part) => Events.Add(EventMaterializer.Materialize(
            draft, new EventId(Guid.Empty, 1, part), new EventOrigin(Guid.Empty, Guid.Empty, "x", "x", ""), record));
    }
}
