namespace OnlineSafety.Monitoring.Normalization.Fields;

/// <summary>
/// What products say of themselves where others put what somebody typed: "Website blocked: policy X". A sentence that may quote what was typed is none, and no notice is lost:
/// it stays in the unmapped bag, which is read for grave words.
/// </summary>
internal sealed class Notices(WordEntry[] forms, byte[][] quoting)
{
    private const int Longest = 300;

    public static Notices None { get; } = new([], []);

    public bool Has(ReadOnlySpan<byte> text)
    {
        if (text.Length > Longest || text.ContainsAny((byte)'\n', (byte)'\r'))
        {
            return false;
        }

        foreach (var form in forms)
        {
            if (form.Matches(text))
            {
                return !Quotes(text);
            }
        }

        return false;
    }

    private bool Quotes(ReadOnlySpan<byte> text)
    {
        foreach (var sign in quoting)
        {
            if (Utf8Text.ContainsIgnoreCase(text, sign))
            {
                return true;
            }
        }

        return false;
    }
}
