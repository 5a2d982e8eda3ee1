using System.Buffers;
using System.Globalization;
using System.Text;
using MimeKit;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Normalization.Shapes.Mail;

/// <summary>
/// A mail (RFC 5322) taken apart: its header fields and its text, decoded to UTF-8 once as its plain parts say it and once as its HTML does. Never
/// throws for what a mail holds; <see cref="Fault"/> says what no mapping should read, and <see cref="Readable"/> is there all the same. One per worker,
/// reused.
/// </summary>
internal sealed class MailText
{
    /// <summary>Parts, levels and bytes of text beyond which a mail is no alert of a product: it is kept for review.</summary>
    public const int MostParts = 500;
    public const int MostLevels = 20;
    public const int MostText = 4 * 1024 * 1024;

    /// <summary>Levels that are read for grave words; below, the bytes are taken as they are.</summary>
    private const int MostLevelsRead = 100;

    private readonly ArrayBufferWriter<byte> _plain = new();
    private readonly ArrayBufferWriter<byte> _html = new();
    private readonly ArrayBufferWriter<byte> _aside = new();
    private readonly ArrayBufferWriter<byte> _decoded = new();
    private HeaderList? _headers;
    private int _parts;

    /// <summary>The text with its plain parts where a part has them, else with its HTML.</summary>
    public ReadOnlySpan<byte> Plain => _plain.WrittenSpan;

    /// <summary>The same, the other way round.</summary>
    public ReadOnlySpan<byte> Html => _html.WrittenSpan;

    /// <summary>A code of <see cref="Reasons"/>; empty: it can be read.</summary>
    public string Fault { get; private set; } = "";

    /// <summary>A bounce, an automatic answer or a notification of our own, by a code of <see cref="Reasons"/>; empty: none of them.</summary>
    public string Answer { get; private set; } = "";

    public EventWarnings Warnings { get; private set; }

    /// <summary>The Date field in ISO 8601; empty when there is none or it is none.</summary>
    public byte[] Date { get; private set; } = [];

    /// <summary>Where a mapping found its events.</summary>
    public List<MailBlock> Blocks { get; } = [];

    /// <summary>The text in the scratch buffer of the cells.</summary>
    public Slice Copied { get; set; }

    /// <summary>Values of header fields in the scratch buffer, by slot.</summary>
    public List<(int Slot, Slice Value)> Fields { get; } = [];

    public void Read(ReadOnlyMemory<byte> mail)
    {
        Forget();
        try
        {
            // Persistent: the parts stay slices of the record's own bytes.
            using var stream = new MemoryStream(mail.ToArray(), writable: false);
            var message = MimeKit.MimeMessage.Load(new ParserOptions { MaxMimeDepth = MostLevelsRead }, stream, persistent: true);
            _headers = message.Headers;
            ReadDate(message);
            Answer = MailAnswers.Of(message);
            Walk(message.Body, 0, Sides.Both);
        }
        catch (Exception)
        {
            // Whatever a hostile mail made the parser do: it is of no shape, and its bytes are read as they are.
            Fault = Reasons.MailBroken;
            Append(_aside, mail.Span);
        }

        Fault = Fault.Length > 0 ? Fault
            : _parts > MostParts ? Reasons.MailTooManyParts
            : Math.Max(_plain.WrittenCount, _html.WrittenCount) > MostText ? Reasons.MailTooLong
            : "";
    }

    /// <summary>
    /// Everything that a person could read in the mail, and what could not be decoded as it stands: for whoever looks for grave words. A body in base64
    /// or quoted-printable hides them in the raw bytes.
    /// </summary>
    public ReadOnlyMemory<byte> Readable()
    {
        var all = new ArrayBufferWriter<byte>(_plain.WrittenCount + _html.WrittenCount + _aside.WrittenCount + 1024);
        Append(all, Encoding.UTF8.GetBytes(Header("Subject")));
        Append(all, Plain);
        if (!Html.SequenceEqual(Plain))
        {
            Append(all, Html);
        }

        Append(all, _aside.WrittenSpan);
        foreach (var header in _headers ?? [])
        {
            Append(all, Encoding.UTF8.GetBytes(header.Value ?? ""));
        }

        return all.WrittenMemory;
    }

    /// <summary>A header field, decoded (RFC 2047) and unfolded; the first of its name, empty when there is none.</summary>
    public string Header(string name) => _headers?[name] ?? "";

    private void Forget()
    {
        _plain.ResetWrittenCount();
        _html.ResetWrittenCount();
        _aside.ResetWrittenCount();
        _headers = null;
        _parts = 0;
        (Fault, Answer, Warnings, Date) = ("", "", EventWarnings.None, []);
    }

    private void ReadDate(MimeKit.MimeMessage message)
    {
        // MimeKit gives the first day of all for none.
        if (message.Headers.Contains(HeaderId.Date) && message.Date != default)
        {
            Date = Encoding.ASCII.GetBytes(message.Date.ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture));
        }
    }

    [Flags]
    private enum Sides
    {
        Plain = 1,
        Html = 2,
        Both = Plain | Html,
    }

    private void Walk(MimeEntity? entity, int depth, Sides sides)
    {
        _parts++;
        Fault = depth > MostLevels ? Reasons.MailTooDeep : Fault;
        switch (entity)
        {
            case Multipart multipart:
                WalkParts(multipart, depth, sides);
                break;
            case MessagePart { Message: { } inner } when depth < MostLevelsRead:
                Append(sides, Encoding.UTF8.GetBytes(inner.Subject ?? ""));
                Walk(inner.Body, depth + 1, sides);
                break;
            case MimePart part:
                Take(part, sides);
                break;
        }
    }

    private void WalkParts(Multipart multipart, int depth, Sides sides)
    {
        // Alternatives say the same twice: each reading takes its own. Where there is but one kind it is in both.
        var plain = 0;
        foreach (var part in multipart)
        {
            plain += part is TextPart { IsPlain: true } ? 1 : 0;
        }

        var split = multipart is MultipartAlternative && plain > 0 && plain < multipart.Count;
        Append(_aside, Encoding.UTF8.GetBytes(multipart.Preamble ?? ""));
        foreach (var part in multipart)
        {
            Walk(part, depth + 1, split ? sides & (part is TextPart { IsPlain: true } ? Sides.Plain : Sides.Html) : sides);
        }

        Append(_aside, Encoding.UTF8.GetBytes(multipart.Epilogue ?? ""));
    }

    private void Take(MimePart part, Sides sides)
    {
        if (part.Content?.Stream is not { } raw || part.ContentType.MediaType is var type && (type.Equals("image", StringComparison.OrdinalIgnoreCase)
            || type.Equals("audio", StringComparison.OrdinalIgnoreCase) || type.Equals("video", StringComparison.OrdinalIgnoreCase)))
        {
            return;
        }

        var encoded = ReadAll(raw);
        if (part.ContentTransferEncoding == ContentEncoding.Base64 && !IsBase64(encoded))
        {
            Warnings |= EventWarnings.InvalidUtf8;
            Append(_aside, encoded);
        }

        using var decoded = new MemoryStream();
        part.Content.DecodeTo(decoded);
        var bytes = decoded.GetBuffer().AsSpan(0, (int)decoded.Length);
        var readable = ReadableText.Of(decoded.GetBuffer().AsMemory(0, bytes.Length));
        if (!readable.Span.SequenceEqual(bytes))
        {
            // An attached export may be JSON with escapes, or UTF-16 without saying so.
            Append(_aside, readable.Span);
        }

        if (part is not TextPart text)
        {
            // A list, a log or a document that is text; what is not, no phrase is found in.
            Append(_aside, bytes);
            return;
        }

        _decoded.ResetWrittenCount();
        if (!MailCharset.Write(bytes, part.ContentType.Charset, _decoded))
        {
            Warnings |= EventWarnings.InvalidUtf8;
        }

        Append(sides, text.IsHtml ? Encoding.UTF8.GetBytes(HtmlText.Read(Encoding.UTF8.GetString(_decoded.WrittenSpan))) : WithoutReturns());
    }

    /// <summary>A line ends in LF alone, as in the lines of HTML: a value of several lines then holds no sign of how it was sent.</summary>
    private ReadOnlySpan<byte> WithoutReturns()
    {
        var text = _decoded.WrittenSpan;
        var lines = new byte[text.Length];
        var written = 0;
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] != '\r' || at + 1 == text.Length || text[at + 1] != '\n')
            {
                lines[written++] = text[at];
            }
        }

        return lines.AsSpan(0, written);
    }

    private static byte[] ReadAll(Stream stream)
    {
        stream.Position = 0;
        using var all = new MemoryStream();
        stream.CopyTo(all);
        stream.Position = 0;
        return all.ToArray();
    }

    private static readonly SearchValues<byte> Base64Bytes = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\r\n \t"u8);

    private static bool IsBase64(ReadOnlySpan<byte> encoded) => !encoded.ContainsAnyExcept(Base64Bytes);

    private void Append(Sides sides, ReadOnlySpan<byte> text)
    {
        if ((sides & Sides.Plain) != 0)
        {
            Append(_plain, text);
        }

        if ((sides & Sides.Html) != 0)
        {
            Append(_html, text);
        }
    }

    /// <summary>Each on lines of its own.</summary>
    private static void Append(ArrayBufferWriter<byte> output, ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
        {
            return;
        }

        output.Write(text);
        if (text[^1] != '\n')
        {
            output.Write("\n"u8);
        }
    }
}

/// <summary>A piece of the text that is one event.</summary>
/// <param name="Start">Where it begins; the text before the first belongs to the first.</param>
/// <param name="End">Where the next begins, or the end.</param>
/// <param name="Header">Where the header row of its table begins; -1: it is no row, its lines have labels.</param>
internal readonly record struct MailBlock(int Start, int End, int Header);
