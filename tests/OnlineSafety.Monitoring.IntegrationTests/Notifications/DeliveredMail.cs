using System.Globalization;
using System.Text;

namespace OnlineSafety.Monitoring.IntegrationTests.Notifications;

/// <summary>A mail as it lies in a mailbox, taken apart: multipart/alternative of quoted-printable parts, which is what we send.</summary>
internal sealed record DeliveredMail(IReadOnlyDictionary<string, string> Headers, string Text, string Html)
{
    public string Subject => Headers["Subject"];

    public static DeliveredMail Parse(byte[] raw)
    {
        var (headers, body) = Split(Encoding.ASCII.GetString(raw).ReplaceLineEndings("\n"));
        var type = headers["Content-Type"];
        Assert.StartsWith("multipart/alternative;", type, StringComparison.Ordinal);
        var boundary = type.Split("boundary=\"")[1].TrimEnd('"');
        var parts = body.Split($"--{boundary}--")[0].Split($"--{boundary}\n").Skip(1).Select(Split).ToList();
        Assert.Equal(["text/plain; charset=utf-8", "text/html; charset=utf-8"], parts.Select(part => part.Headers["Content-Type"]));
        Assert.All(parts, part => Assert.Equal("quoted-printable", part.Headers["Content-Transfer-Encoding"]));
        return new DeliveredMail(headers, Decoded(parts[0].Body), Decoded(parts[1].Body));
    }

    private static (Dictionary<string, string> Headers, string Body) Split(string text)
    {
        var end = text.IndexOf("\n\n", StringComparison.Ordinal);
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in text[..end].Replace("\n ", " ", StringComparison.Ordinal).Replace("\n\t", " ", StringComparison.Ordinal).Split('\n'))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            headers[line[..colon]] = line[(colon + 1)..].Trim();
        }

        return (headers, text[(end + 2)..]);
    }

    private static string Decoded(string body)
    {
        var bytes = new List<byte>(body.Length);
        for (var at = 0; at < body.Length; at++)
        {
            if (body[at] != '=')
            {
                bytes.Add((byte)body[at]);
            }
            else if (body[at + 1] == '\n')
            {
                at++;
            }
            else
            {
                bytes.Add(byte.Parse(body.AsSpan(at + 1, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
                at += 2;
            }
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }
}
