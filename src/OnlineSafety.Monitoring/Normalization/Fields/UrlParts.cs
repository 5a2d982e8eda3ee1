namespace OnlineSafety.Monitoring.Normalization.Fields;

/// <summary>What a mapping may take of a URL by itself.</summary>
internal enum UrlPart : byte
{
    None,
    Host,
    Path,
    Query,
    Parameter,
}

/// <summary>
/// A URL taken apart, every part a slice of it. A host and port alone, as CONNECT lines have it, is a URL without scheme; nothing is refused.
/// </summary>
internal readonly ref struct UrlParts
{
    /// <summary>With its slashes; empty when there is none.</summary>
    public ReadOnlySpan<byte> Scheme { get; private init; }

    /// <summary>Without user and password.</summary>
    public ReadOnlySpan<byte> Host { get; private init; }

    /// <summary>With its colon; empty when there is none.</summary>
    public ReadOnlySpan<byte> Port { get; private init; }

    /// <summary>Path, query and fragment.</summary>
    public ReadOnlySpan<byte> Rest { get; private init; }

    public ReadOnlySpan<byte> Path { get; private init; }

    /// <summary>Without its question mark and the fragment behind it.</summary>
    public ReadOnlySpan<byte> Query { get; private init; }

    /// <summary>A user, and perhaps a password, stand before the host.</summary>
    public bool HasUser { get; private init; }

    public static UrlParts Of(ReadOnlySpan<byte> url)
    {
        var scheme = url.IndexOf("://"u8);
        scheme = scheme is > 0 and < 16 ? scheme + 3 : 0;
        var authorityLength = url[scheme..].IndexOfAny("/?#\\"u8);
        var authority = authorityLength < 0 ? url[scheme..] : url.Slice(scheme, authorityLength);
        var rest = authorityLength < 0 ? default : url[(scheme + authorityLength)..];
        var user = authority.LastIndexOf((byte)'@');
        var host = authority[(user + 1)..];
        var port = PortStart(host);
        var fragment = rest.IndexOf((byte)'#');
        var plain = fragment < 0 ? rest : rest[..fragment];
        var mark = plain.IndexOf((byte)'?');
        return new UrlParts
        {
            Scheme = url[..scheme],
            Host = host[..port],
            Port = host[port..],
            Rest = rest,
            Path = mark < 0 ? plain : plain[..mark],
            Query = mark < 0 ? default : plain[(mark + 1)..],
            HasUser = user >= 0,
        };
    }

    /// <summary>One part by itself, a parameter decoded; empty when the URL has none.</summary>
    public static ReadOnlySpan<byte> Take(Cells cells, ReadOnlySpan<byte> url, UrlPart part, byte[] parameter)
    {
        var parts = Of(url);
        return part switch
        {
            UrlPart.Host => parts.Host,
            UrlPart.Path => parts.Path,
            UrlPart.Query => parts.Query,
            _ => Parameter(parts.Query, parameter) is { IsEmpty: false } value ? Utf8Text.Trim(cells.Bytes(PercentText.Decode(cells, value))) : default,
        };
    }

    /// <summary>The value of a parameter as it stands in the query; empty when it is not there.</summary>
    public static ReadOnlySpan<byte> Parameter(ReadOnlySpan<byte> query, byte[] name)
    {
        while (!query.IsEmpty)
        {
            var end = query.IndexOf((byte)'&');
            var pair = end < 0 ? query : query[..end];
            if (pair.Length > name.Length && pair[name.Length] == '=' && pair.StartsWith(name))
            {
                return pair[(name.Length + 1)..];
            }

            query = end < 0 ? default : query[(end + 1)..];
        }

        return default;
    }

    private static int PortStart(ReadOnlySpan<byte> host)
    {
        if (!host.IsEmpty && host[0] == '[')
        {
            var close = host.IndexOf((byte)']');
            return close < 0 ? host.Length : close + 1;
        }

        var colon = host.IndexOf((byte)':');
        return colon < 0 ? host.Length : colon;
    }
}
