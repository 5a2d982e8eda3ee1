using System.Runtime.CompilerServices;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Normalization.Fields;

/// <summary>A search engine: hosts ending in <paramref name="Host"/> (or, with <paramref name="AnyTld"/>, having it as a label) and the parameter of its query.</summary>
internal readonly record struct SearchEngine(byte[] Host, bool AnyTld, byte[] Path, byte[] Parameter)
{
    public bool Matches(ReadOnlySpan<byte> host, ReadOnlySpan<byte> path) =>
        HostMatches(host) && (Path.Length == 0 || Utf8Text.StartsWithIgnoreCase(path, Path));

    private bool HostMatches(ReadOnlySpan<byte> host)
    {
        if (!AnyTld)
        {
            return host.EndsWith(Host) && (host.Length == Host.Length || host[^(Host.Length + 1)] == '.');
        }

        var at = host.IndexOf(Host);
        return at >= 0 && (at == 0 || host[at - 1] == '.') && at + Host.Length < host.Length && host[at + Host.Length] == '.';
    }
}

/// <summary>What is known of the web, as data for all packs: search engines, and parameters that hold secrets.</summary>
internal sealed class WebTables(SearchEngine[] engines, KeyIndex secrets)
{
    /// <summary>Longest search term kept, in bytes.</summary>
    private const int MaximumQuery = 1024;

    // A host can only be an engine's when the first label of that engine's name is one of its own: one look-up a label instead of a comparison
    // an engine. Further engines than a mask has bits are always compared.
    private const int Masked = 63;

    private readonly KeyIndex _labels = new([.. engines.Take(Masked).Select(FirstLabel).Distinct(StringComparer.Ordinal).Select((label, i) => KeyValuePair.Create(label, i))]);
    private readonly ulong[] _byLabel = MasksOf(engines);

    public static WebTables Empty { get; } = new([], new KeyIndex([]));

    public bool IsSecret(ReadOnlySpan<byte> parameter) => secrets.Find(parameter) >= 0;

    /// <summary>The search term in a URL, decoded; empty when it is no search.</summary>
    public ReadOnlySpan<byte> SearchTerm(Cells cells, ReadOnlySpan<byte> host, ReadOnlySpan<byte> path, ReadOnlySpan<byte> query)
    {
        var candidates = Candidates(host);
        for (var i = 0; i < engines.Length; i++)
        {
            ref readonly var engine = ref engines[i];
            if ((i >= Masked || (candidates & (1UL << i)) != 0) && engine.Matches(host, path) && Parameter(query, engine.Parameter) is { IsEmpty: false } value)
            {
                return Utf8Text.Cap(Utf8Text.Trim(cells.Bytes(PercentText.Decode(cells, value))), MaximumQuery);
            }
        }

        return default;
    }

    private ulong Candidates(ReadOnlySpan<byte> host)
    {
        var candidates = 0UL;
        while (true)
        {
            var dot = host.IndexOf((byte)'.');
            if (_labels.Find(dot < 0 ? host : host[..dot]) is var label and >= 0)
            {
                candidates |= _byLabel[label];
            }

            if (dot < 0)
            {
                return candidates;
            }

            host = host[(dot + 1)..];
        }
    }

    private static string FirstLabel(SearchEngine engine) => System.Text.Encoding.UTF8.GetString(engine.Host).Split('.')[0];

    private static ulong[] MasksOf(SearchEngine[] engines)
    {
        string[] labels = [.. engines.Take(Masked).Select(FirstLabel)];
        return [.. labels.Distinct(StringComparer.Ordinal).Select(label => labels.Select((own, i) => own == label ? 1UL << i : 0).Aggregate(0UL, (all, bit) => all | bit))];
    }

    private static ReadOnlySpan<byte> Parameter(ReadOnlySpan<byte> query, byte[] name)
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
}

/// <summary>
/// The URL without what must not be kept (user and password before the host, values of password parameters) and without default
/// ports, its host, and the search term in it. A host and port alone, as CONNECT lines have it, is taken as it is.
/// </summary>
internal sealed class UrlField(Selector from, WebTables web) : Field
{
    private const int MaximumHost = 255;

    public override void Fill(EventDraft draft, Cells cells, in Moment moment)
    {
        var url = from.Pick(cells);
        if (url.IsEmpty)
        {
            return;
        }

        var scheme = url.IndexOf("://"u8);
        scheme = scheme is > 0 and < 16 ? scheme + 3 : 0;
        var authorityLength = url[scheme..].IndexOfAny("/?#\\"u8);
        var authorityEnd = authorityLength < 0 ? url.Length : scheme + authorityLength;
        var user = url[scheme..authorityEnd].LastIndexOf((byte)'@');
        var hostStart = user < 0 ? scheme : scheme + user + 1;
        var hostEnd = HostEnd(url[..authorityEnd], hostStart);
        var keepsPort = !IsDefaultPort(url[..scheme], url[hostEnd..authorityEnd]);
        var rest = url[authorityEnd..];
        var mark = rest.IndexOf((byte)'?');
        var query = mark < 0 ? default : QueryOf(rest[(mark + 1)..]);

        var hasSecret = HasSecret(query);
        if (hostStart == scheme && keepsPort && !hasSecret)
        {
            draft.Set(EventField.Url, url);
        }
        else
        {
            draft.Set(EventField.Url, Rebuild(cells, url[..scheme], url[hostStart..(keepsPort ? authorityEnd : hostEnd)], rest, hasSecret ? mark : -1));
        }

        SetHost(draft, url[hostStart..hostEnd]);
        if (!draft.Has(EventField.SearchQuery) && !query.IsEmpty)
        {
            var term = web.SearchTerm(cells, draft[EventField.UrlHost], rest[..mark], query);
            if (!term.IsEmpty)
            {
                draft.Set(EventField.SearchQuery, term);
            }
        }
    }

    private static int HostEnd(ReadOnlySpan<byte> url, int start)
    {
        if (start < url.Length && url[start] == '[')
        {
            var close = url[start..].IndexOf((byte)']');
            return close < 0 ? url.Length : start + close + 1;
        }

        var colon = url[start..].IndexOf((byte)':');
        return colon < 0 ? url.Length : start + colon;
    }

    private static bool IsDefaultPort(ReadOnlySpan<byte> scheme, ReadOnlySpan<byte> port) =>
        (port.SequenceEqual(":443"u8) && (scheme.IsEmpty || scheme.StartsWith("https"u8)))
        || (port.SequenceEqual(":80"u8) && (scheme.IsEmpty || scheme.StartsWith("http:"u8)))
        || port.SequenceEqual(":"u8);

    private static ReadOnlySpan<byte> QueryOf(ReadOnlySpan<byte> text)
    {
        var fragment = text.IndexOf((byte)'#');
        return fragment < 0 ? text : text[..fragment];
    }

    private bool HasSecret(ReadOnlySpan<byte> query)
    {
        while (!query.IsEmpty)
        {
            var end = query.IndexOf((byte)'&');
            var pair = end < 0 ? query : query[..end];
            var sign = pair.IndexOf((byte)'=');
            if (sign > 0 && web.IsSecret(pair[..sign]))
            {
                return true;
            }

            query = end < 0 ? default : query[(end + 1)..];
        }

        return false;
    }

    /// <param name="cells">Gives the room.</param>
    /// <param name="scheme">With its slashes, possibly empty.</param>
    /// <param name="host">Host and, where it says something, port.</param>
    /// <param name="rest">Path, query and fragment.</param>
    /// <param name="mark">Where the query begins in <paramref name="rest"/> when secrets must go, else -1.</param>
    private ReadOnlySpan<byte> Rebuild(Cells cells, ReadOnlySpan<byte> scheme, ReadOnlySpan<byte> host, ReadOnlySpan<byte> rest, int mark)
    {
        var room = cells.Room(scheme.Length + host.Length + rest.Length);
        scheme.CopyTo(room);
        host.CopyTo(room[scheme.Length..]);
        var written = scheme.Length + host.Length;
        if (mark < 0)
        {
            rest.CopyTo(room[written..]);
            return cells.Bytes(cells.Keep(written + rest.Length));
        }

        rest[..(mark + 1)].CopyTo(room[written..]);
        written += mark + 1;
        var query = QueryOf(rest[(mark + 1)..]);
        var fragment = rest[(mark + 1 + query.Length)..];
        while (!query.IsEmpty)
        {
            var end = query.IndexOf((byte)'&');
            var pair = end < 0 ? query : query[..end];
            var sign = pair.IndexOf((byte)'=');
            var kept = sign > 0 && web.IsSecret(pair[..sign]) ? pair[..(sign + 1)] : pair;
            kept.CopyTo(room[written..]);
            written += kept.Length;
            if (end >= 0)
            {
                room[written++] = (byte)'&';
            }

            query = end < 0 ? default : query[(end + 1)..];
        }

        fragment.CopyTo(room[written..]);
        return cells.Bytes(cells.Keep(written + fragment.Length));
    }

    // Only what was written to the stack is read from it.
    [SkipLocalsInit]
    private static void SetHost(EventDraft draft, ReadOnlySpan<byte> host)
    {
        host = host.TrimEnd((byte)'.');
        if (host.IsEmpty || host.Length > MaximumHost || host.Contains((byte)' '))
        {
            draft.Warnings |= EventWarnings.BadUrl;
            return;
        }

        Span<byte> lower = stackalloc byte[MaximumHost];
        for (var i = 0; i < host.Length; i++)
        {
            lower[i] = host[i] is >= (byte)'A' and <= (byte)'Z' ? (byte)(host[i] | 0x20) : host[i];
        }

        draft.Set(EventField.UrlHost, lower[..host.Length]);
    }
}
