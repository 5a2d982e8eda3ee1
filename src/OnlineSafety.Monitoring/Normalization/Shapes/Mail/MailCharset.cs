using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace OnlineSafety.Monitoring.Normalization.Shapes.Mail;

/// <summary>Turns the bytes of a text part into UTF-8. What a part declares is often wrong or missing: nothing is refused for it.</summary>
internal static class MailCharset
{
    private const string Western = "windows-1252";

    /// <returns>False when the charset is unknown, or the bytes are not of it: what could not be read is U+FFFD then.</returns>
    public static bool Write(ReadOnlySpan<byte> bytes, string? charset, IBufferWriter<byte> output)
    {
        var name = charset?.Trim().ToLowerInvariant() ?? "";
        var valid = Utf8.IsValid(bytes);
        switch (name)
        {
            case "utf-8" or "utf8" or "unicode-1-1-utf-8":
                WriteUtf8(bytes, output);
                return valid;
            case "" or "us-ascii" or "ascii" when valid:
                WriteUtf8(bytes, output);
                return true;
            case "" or "us-ascii" or "ascii" or "iso-8859-1" or "latin1":
                // The Encoding Standard of WHATWG reads all of them as windows-1252: what old mailers so label is that.
                name = Western;
                break;
        }

        var encoding = Find(name);
        if (encoding is null)
        {
            WriteUtf8(bytes, output);
            return false;
        }

        var text = encoding.GetString(bytes);
        Encoding.UTF8.GetBytes(text.AsSpan(), output);
        return !text.Contains('\uFFFD', StringComparison.Ordinal);
    }

    private static Encoding? Find(string name)
    {
        try
        {
            return CodePagesEncodingProvider.Instance.GetEncoding(name) ?? Encoding.GetEncoding(name);
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            // Unknown, or one like UTF-7 that nobody should read any more.
            return null;
        }
    }

    private static void WriteUtf8(ReadOnlySpan<byte> bytes, IBufferWriter<byte> output)
    {
        if (bytes.StartsWith("\uFEFF"u8))
        {
            bytes = bytes[3..];
        }

        if (Utf8.IsValid(bytes))
        {
            output.Write(bytes);
            return;
        }

        Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(bytes).AsSpan(), output);
    }
}
