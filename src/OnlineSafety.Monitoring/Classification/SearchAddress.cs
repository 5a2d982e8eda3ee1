namespace OnlineSafety.Monitoring.Classification;

/// <summary>
/// Reusable scratch with the address of a search in which all is blank that the term holds, which is read by itself: as part of the address it would count twice; and all that
/// is one word in another parameter, which may be a token of the engine and look like words. What else stands there, such as what was typed before a suggestion was taken, stays
/// where it was.
/// </summary>
internal sealed class SearchAddress
{
    private const byte Blank = (byte)'&';

    private byte[] _bytes = new byte[1024];

    /// <param name="url">The address.</param>
    /// <param name="parameter">Parameter of its query with the term.</param>
    /// <param name="isRead">The term is read by itself.</param>
    public ReadOnlySpan<byte> WithoutTerm(ReadOnlySpan<byte> url, ReadOnlySpan<byte> parameter, bool isRead)
    {
        var query = url.IndexOf((byte)'?') + 1;
        var rest = url[query..];
        var term = TermIn(rest, parameter);
        if (_bytes.Length < url.Length)
        {
            _bytes = new byte[url.Length];
        }

        url.CopyTo(_bytes);
        foreach (var pair in rest.SplitAny("&#"u8))
        {
            var value = ValueOf(rest[pair]);
            if ((isRead && term.IndexOf(value) >= 0) || (!IsNamed(rest[pair], value, parameter) && !HasBlank(value)))
            {
                _bytes.AsSpan(query + pair.End.Value - value.Length, value.Length).Fill(Blank);
            }
        }

        return _bytes.AsSpan(0, url.Length);
    }

    private static ReadOnlySpan<byte> TermIn(ReadOnlySpan<byte> rest, ReadOnlySpan<byte> parameter)
    {
        foreach (var pair in rest.SplitAny("&#"u8))
        {
            var value = ValueOf(rest[pair]);
            if (value.Length > 0 && IsNamed(rest[pair], value, parameter))
            {
                return value;
            }
        }

        return default;
    }

    private static bool IsNamed(ReadOnlySpan<byte> pair, ReadOnlySpan<byte> value, ReadOnlySpan<byte> parameter) =>
        pair[..^value.Length].TrimEnd((byte)'=').SequenceEqual(parameter);

    private static bool HasBlank(ReadOnlySpan<byte> value) => value.ContainsAny((byte)'+', (byte)' ') || value.IndexOf("%20"u8) >= 0;

    private static ReadOnlySpan<byte> ValueOf(ReadOnlySpan<byte> pair) => pair[(pair.IndexOf((byte)'=') + 1)..];
}
