using System.Security.Cryptography;
using System.Text;

namespace OnlineSafety.Monitoring.Intake.Mail;

/// <summary>What the door needs to know of a mail's header: how far it has come, and whether it is one that came before.</summary>
/// <param name="Hops">Received fields.</param>
/// <param name="Id">Message-ID; null when there is none, or none that could be an id.</param>
/// <param name="Hash">
/// SHA-256 of what the sender wrote: Date, From, Subject and body. What servers add on the way (Received, signatures) is another at each try.
/// </param>
internal readonly record struct MailLetter(int Hops, string? Id, byte[] Hash)
{
    private const int LongestId = 998;

    public static MailLetter Read(ReadOnlySpan<byte> mail)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var hops = 0;
        string? id = null;
        var at = 0;
        while (at < mail.Length)
        {
            var field = Field(mail[at..]);
            at += field.Length;
            var line = field.TrimEnd("\r\n"u8);
            if (line.IsEmpty)
            {
                break;
            }

            if (Is(line, "received:"u8))
            {
                hops++;
            }
            else if (Is(line, "message-id:"u8))
            {
                id ??= IdOf(line["message-id:".Length..]);
            }
            else if (Is(line, "date:"u8) || Is(line, "from:"u8) || Is(line, "subject:"u8))
            {
                hash.AppendData(line);
                hash.AppendData("\n"u8);
            }
        }

        hash.AppendData("\n"u8);
        hash.AppendData(mail[at..]);
        return new MailLetter(hops, id, hash.GetHashAndReset());
    }

    /// <summary>A line and those that are folded under it.</summary>
    private static ReadOnlySpan<byte> Field(ReadOnlySpan<byte> rest)
    {
        var end = 0;
        do
        {
            var length = rest[end..].IndexOf((byte)'\n');
            end = length < 0 ? rest.Length : end + length + 1;
        }
        while (end < rest.Length && rest[end] is (byte)' ' or (byte)'\t' && end > 2);

        return rest[..end];
    }

    private static bool Is(ReadOnlySpan<byte> line, ReadOnlySpan<byte> name) =>
        line.Length >= name.Length && Ascii.EqualsIgnoreCase(line[..name.Length], name);

    private static string? IdOf(ReadOnlySpan<byte> value)
    {
        var id = Encoding.UTF8.GetString(value).Trim();
        return id.Length is > 0 and <= LongestId && !id.Any(char.IsControl) ? id : null;
    }
}
