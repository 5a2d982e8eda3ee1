using System.Runtime.CompilerServices;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Normalization.Fields;

/// <summary>One way to find the URL.</summary>
/// <param name="Text">Where it stands.</param>
/// <param name="Host">Where its host stands when the URL is a path alone; possibly nowhere.</param>
/// <param name="Scheme">Where http or https stands, in any case; possibly nowhere.</param>
internal sealed record UrlWay(TextWay Text, Selector Host, Selector Scheme)
{
    public ReadOnlySpan<byte> Find(Cells cells)
    {
        var url = Text.Find(cells);
        if (Host.IsEmpty || !(url.IsEmpty || url[0] == '/') || !Text.When.AllHold(cells))
        {
            return url;
        }

        var host = Host.Pick(cells);
        var scheme = SchemeOf(Scheme.Peek(cells, out _));
        if (host.IsEmpty)
        {
            return url;
        }

        var room = cells.Room(scheme.Length + host.Length + url.Length);
        scheme.CopyTo(room);
        host.CopyTo(room[scheme.Length..]);
        url.CopyTo(room[(scheme.Length + host.Length)..]);
        return cells.Bytes(cells.Keep(scheme.Length + host.Length + url.Length));
    }

    // A service such as tcp/8080 says nothing of the scheme.
    private static ReadOnlySpan<byte> SchemeOf(ReadOnlySpan<byte> sent) =>
        Utf8Text.EqualsIgnoreCase(sent, "https"u8) ? "https://"u8 : Utf8Text.EqualsIgnoreCase(sent, "http"u8) ? "http://"u8 : default;
}

/// <summary>
/// The URL without what must not be kept (user and password before the host, values of password parameters) and without default
/// ports, its host, and the search term in it.
/// </summary>
internal sealed class UrlField(UrlWay[] ways, WebTables web) : Field
{
    private const int MaximumHost = 255;

    public override void Fill(EventDraft draft, Cells cells, in Moment moment)
    {
        var url = FirstOf(cells);
        if (url.IsEmpty)
        {
            return;
        }

        var parts = UrlParts.Of(url);
        var keepsPort = !IsDefaultPort(parts.Scheme, parts.Port);
        var hasSecret = HasSecret(parts.Query);
        draft.Set(EventField.Url, !parts.HasUser && keepsPort && !hasSecret ? url : Rebuild(cells, parts, keepsPort, hasSecret));
        SetHost(draft, parts.Host);
        if (!parts.Query.IsEmpty && web.FindEngine(draft[EventField.UrlHost], parts, out var term) is { } engine)
        {
            draft.Warnings |= engine.Autosuggest ? EventWarnings.Autosuggest : EventWarnings.None;
            var decoded = WebTables.Decoded(cells, term);
            if (!draft.Has(EventField.SearchQuery) && !decoded.IsEmpty)
            {
                draft.Set(EventField.SearchQuery, Utf8Text.Cap(decoded, WebTables.MaximumQuery));
            }

            (draft.TermParameter, draft.TermIsQuery) = (engine.Parameter, draft[EventField.SearchQuery].SequenceEqual(decoded));
        }
    }

    private ReadOnlySpan<byte> FirstOf(Cells cells)
    {
        foreach (var way in ways)
        {
            if (way.Find(cells) is { IsEmpty: false } url)
            {
                return url;
            }
        }

        return default;
    }

    private static bool IsDefaultPort(ReadOnlySpan<byte> scheme, ReadOnlySpan<byte> port) =>
        (port.SequenceEqual(":443"u8) && (scheme.IsEmpty || scheme.StartsWith("https"u8)))
        || (port.SequenceEqual(":80"u8) && (scheme.IsEmpty || scheme.StartsWith("http:"u8)))
        || port.SequenceEqual(":"u8);

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

    private ReadOnlySpan<byte> Rebuild(Cells cells, in UrlParts url, bool keepsPort, bool hasSecret)
    {
        var port = keepsPort ? url.Port : default;
        var room = cells.Room(url.Scheme.Length + url.Host.Length + port.Length + url.Rest.Length);
        url.Scheme.CopyTo(room);
        var written = url.Scheme.Length;
        url.Host.CopyTo(room[written..]);
        written += url.Host.Length;
        port.CopyTo(room[written..]);
        written += port.Length;
        if (!hasSecret)
        {
            url.Rest.CopyTo(room[written..]);
            return cells.Bytes(cells.Keep(written + url.Rest.Length));
        }

        url.Path.CopyTo(room[written..]);
        written += url.Path.Length;
        room[written++] = (byte)'?';
        written += CopyWithoutSecrets(url.Query, room[written..]);
        var fragment = url.Rest[(url.Path.Length + 1 + url.Query.Length)..];
        fragment.CopyTo(room[written..]);
        return cells.Bytes(cells.Keep(written + fragment.Length));
    }

    private int CopyWithoutSecrets(ReadOnlySpan<byte> query, Span<byte> room)
    {
        var written = 0;
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

        return written;
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
