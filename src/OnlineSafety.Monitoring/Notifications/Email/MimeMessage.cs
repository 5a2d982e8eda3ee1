using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace OnlineSafety.Monitoring.Notifications.Email;

/// <summary>
/// Writes a multipart/alternative message, text first (RFC 2045, 2046, 2047, 5322). Everything is ASCII on the wire: bodies are quoted-printable,
/// header text beyond ASCII is in encoded words. The same input gives the same bytes, so a resend is the same message.
/// </summary>
internal static class MimeMessage
{
    private const int LineLimit = 76;

    private static readonly FrozenSet<string> _own = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "From", "Sender", "Reply-To", "To", "Cc", "Bcc", "Subject", "Date", "Message-ID", "MIME-Version", "Auto-Submitted", "Importance", "Return-Path", "Received");

    // 39 bytes are 52 base64 characters: "Subject: " + "=?utf-8?B?" + 52 + "?=" stays under the 76 of RFC 2047.
    private const int EncodedWordBytes = 39;

    public static byte[] Write(Headers headers, MailDocument body)
    {
        Refuse(headers.From, headers.To);
        var boundary = "part-" + headers.Id.ToString("N");
        var text = new StringBuilder();
        Header(text, "From", $"{Phrase(headers.FromName)}\r\n <{headers.From}>");
        Header(text, "To", headers.To);
        Header(text, "Subject", HeaderText(headers.Subject, "Subject: ".Length));
        Header(text, "Date", headers.CreatedAt.ToUniversalTime().ToString("ddd, dd MMM yyyy HH:mm:ss '+0000'", CultureInfo.InvariantCulture));
        Header(text, "Message-ID", MessageId(headers.Id, headers.From));
        Header(text, "MIME-Version", "1.0");
        // RFC 3834: no out-of-office answers to us.
        Header(text, "Auto-Submitted", "auto-generated");
        if (headers.Urgent)
        {
            Header(text, "Importance", "high");
        }

        foreach (var (name, value) in headers.Extra)
        {
            Header(text, name, Folded(value, name.Length + 2));
        }

        Header(text, "Content-Type", $"multipart/alternative;\r\n boundary=\"{boundary}\"");
        text.Append("\r\n");
        Part(text, boundary, "text/plain", body.ToText());
        Part(text, boundary, "text/html", body.ToHtml());
        text.Append("--").Append(boundary).Append("--\r\n");
        return Encoding.ASCII.GetBytes(text.ToString());
    }

    /// <summary>Stable for a ledger row, so that a mail sent twice can be seen to be one.</summary>
    public static string MessageId(Guid notification, string from) => $"<{notification:D}@onlinesafety.{MailAddresses.DomainOf(from)}>";

    /// <summary>A header that settings may add: none that stands there already, and none that leads the mail elsewhere.</summary>
    public static bool MayBeAdded(string name) =>
        name.Length is > 0 and <= 60 && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') && !_own.Contains(name)
        && !name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase) && !name.StartsWith("Resent-", StringComparison.OrdinalIgnoreCase);

    private static void Refuse(string from, string to)
    {
        if (!MailAddresses.IsUsable(from) || !MailAddresses.IsUsable(to))
        {
            throw new MailException(MailFault.Address);
        }
    }

    private static void Header(StringBuilder text, string name, string value) => text.Append(name).Append(": ").Append(value).Append("\r\n");

    private static string Phrase(string name) =>
        IsPlain(name) ? '"' + name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + '"' : EncodedWords(name);

    private static string HeaderText(string value, int used)
    {
        var line = MailDocument.Line(value);
        return IsPlain(line) && !line.Contains("=?", StringComparison.Ordinal) ? Folded(line, used) : EncodedWords(line);
    }

    private static bool IsPlain(string value) => value.All(c => c is >= ' ' and <= '~');

    /// <summary>Breaks before a space wherever a line would pass 76 characters; a folded line starts with that space.</summary>
    private static string Folded(string line, int used)
    {
        var text = new StringBuilder(line.Length + 8);
        var column = used;
        foreach (var word in line.Split(' '))
        {
            if (text.Length > 0)
            {
                var fold = column + 1 + word.Length > LineLimit && word.Length > 0;
                text.Append(fold ? "\r\n " : " ");
                column = fold ? 1 : column + 1;
            }

            text.Append(word);
            column += word.Length;
        }

        return text.ToString();
    }

    private static string EncodedWords(string value)
    {
        var text = new StringBuilder();
        var chunk = new List<byte>(EncodedWordBytes);
        Span<byte> bytes = stackalloc byte[4];
        foreach (var rune in value.EnumerateRunes())
        {
            var length = rune.EncodeToUtf8(bytes);
            if (chunk.Count + length > EncodedWordBytes)
            {
                Flush();
            }

            chunk.AddRange(bytes[..length]);
        }

        Flush();
        return text.ToString();

        void Flush()
        {
            if (chunk.Count > 0)
            {
                text.Append(text.Length > 0 ? "\r\n " : "").Append("=?utf-8?B?").Append(Convert.ToBase64String([.. chunk])).Append("?=");
                chunk.Clear();
            }
        }
    }

    private static void Part(StringBuilder text, string boundary, string type, string body)
    {
        text.Append("--").Append(boundary).Append("\r\nContent-Type: ").Append(type).Append("; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n");
        foreach (var line in body.ReplaceLineEndings("\n").Split('\n'))
        {
            QuotedPrintable(text, line);
            text.Append("\r\n");
        }
    }

    private static void QuotedPrintable(StringBuilder text, string line)
    {
        var bytes = Encoding.UTF8.GetBytes(line);
        var column = 0;
        for (var i = 0; i < bytes.Length; i++)
        {
            var value = bytes[i];
            // White space at a line's end would be taken away on the way; '=' is the escape itself.
            var plain = value is >= (byte)'!' and <= (byte)'~' && value != '=' || (value is (byte)' ' && i < bytes.Length - 1);
            var width = plain ? 1 : 3;
            if (column + width > LineLimit - 1)
            {
                text.Append("=\r\n");
                column = 0;
            }

            if (plain)
            {
                text.Append((char)value);
            }
            else
            {
                text.Append('=').Append(value.ToString("X2", CultureInfo.InvariantCulture));
            }

            column += width;
        }
    }

    /// <param name="Urgent">Marks the mail as important.</param>
    internal sealed record Headers(Guid Id, DateTimeOffset CreatedAt, string From, string FromName, string To, string Subject, bool Urgent)
    {
        /// <summary>Checked by <see cref="MayBeAdded"/>.</summary>
        public IReadOnlyDictionary<string, string> Extra { get; init; } = FrozenDictionary<string, string>.Empty;
    }
}
