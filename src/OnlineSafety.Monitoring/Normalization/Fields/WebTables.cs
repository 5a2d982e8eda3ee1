namespace OnlineSafety.Monitoring.Normalization.Fields;

/// <summary>A search engine: hosts ending in <paramref name="Host"/> (or, with <paramref name="AnyTld"/>, having it as a label) and the parameter of its query.</summary>
/// <param name="Host">Host or parent domain.</param>
/// <param name="AnyTld">Whatever top-level domain follows.</param>
/// <param name="Path">What the path begins with.</param>
/// <param name="Parameter">Parameter of the query with the term.</param>
/// <param name="Autosuggest">The browser asks it with every key that is pressed, for what the search might become.</param>
internal sealed record SearchEngine(byte[] Host, bool AnyTld, byte[] Path, byte[] Parameter, bool Autosuggest)
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
    /// <summary>Longest search term kept, in bytes: whole questions are put to engines that answer.</summary>
    public const int MaximumQuery = 16 * 1024;

    // A host can only be an engine's when the first label of that engine's name is one of its own: one look-up a label instead of a comparison
    // an engine. Further engines than a mask has bits are always compared.
    private const int Masked = 63;

    private readonly KeyIndex _labels = new([.. engines.Take(Masked).Select(FirstLabel).Distinct(StringComparer.Ordinal).Select((label, i) => KeyValuePair.Create(label, i))]);
    private readonly ulong[] _byLabel = MasksOf(engines);

    public static WebTables Empty { get; } = new([], new KeyIndex([]));

    public bool IsSecret(ReadOnlySpan<byte> parameter) => secrets.Find(parameter) >= 0;

    /// <summary>The search engine whose URL it is and the term as it stands there; null when it is no search.</summary>
    public SearchEngine? FindEngine(ReadOnlySpan<byte> host, in UrlParts url, out ReadOnlySpan<byte> term)
    {
        term = default;
        var candidates = Candidates(host);
        for (var i = 0; i < engines.Length; i++)
        {
            var engine = engines[i];
            if ((i >= Masked || (candidates & (1UL << i)) != 0) && engine.Matches(host, url.Path))
            {
                term = UrlParts.Parameter(url.Query, engine.Parameter);
                if (!term.IsEmpty)
                {
                    return engine;
                }
            }
        }

        return null;
    }

    /// <summary>A term as it stands in a URL, decoded.</summary>
    public static ReadOnlySpan<byte> Decoded(Cells cells, ReadOnlySpan<byte> term) =>
        Utf8Text.Trim(cells.Bytes(PercentText.Decode(cells, term)));

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
}
