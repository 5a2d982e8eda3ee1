using System.Text.Json.Nodes;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Normalization.Suggestion.Recognition;

/// <summary>URLs, and host names where there is no URL. The link to the product's own screen is a URL as well: its name tells, or that all have one host.</summary>
internal sealed class UrlRecogniser : IRecogniser
{
    private const double LeastShare = 0.7;
    private const int Enough = 8;

    public IEnumerable<Claim> Look(Column column, Sample sample)
    {
        var fit = sample.Vocabulary.Fit(column.Name, Meaning.Url);
        var urls = column.Share(value => HostOf(value, sample.Vocabulary) is not null && (value.Contains('/') || value.Contains(':')));
        var paths = column.Share(value => value[0] == '/');
        if (paths > 0 && paths + urls >= LeastShare && HostBeside(column, sample) is { } beside)
        {
            yield return OfPaths(column, sample, paths, beside);
            yield break;
        }

        if (urls >= LeastShare)
        {
            yield return OfUrls(column, sample, fit, urls);
            yield break;
        }

        var hosts = column.Share(value => HostOf(value, sample.Vocabulary) is not null);
        if (hosts < LeastShare)
        {
            yield break;
        }

        var twin = sample.Columns.FirstOrDefault(other => other != column && IsHostOf(column, other, sample.Vocabulary));
        var evidence = $"{Say.Of(hosts, column)} are host names or addresses without a scheme";
        if (twin is not null)
        {
            yield return new Claim(column, Meaning.Url, 0.8, evidence + "; they are the hosts of another column's URLs: taken where that one is blank");
            yield break;
        }

        yield return fit < 0
            ? new Claim(column, Meaning.Nothing, Claim.Least, evidence + "; by its name not the page that was asked for")
            : new Claim(column, Meaning.Url, 0.55 + (0.25 * fit), evidence + Say.AndName(fit));
    }

    private static Claim OfPaths(Column column, Sample sample, double paths, Column host)
    {
        var recipe = new JsonObject { ["from"] = column.Name.Name, ["host"] = host.Name.Name };
        if (sample.Columns.FirstOrDefault(other => other.Share(IsScheme) >= LeastShare) is { } scheme)
        {
            recipe["scheme"] = scheme.Name.Name;
        }

        return new Claim(column, Meaning.Url, 0.85, $"{Say.Of(paths, column)} are paths, and the host stands beside") { Recipe = recipe };
    }

    private static bool IsScheme(string value) => value.Equals("http", StringComparison.OrdinalIgnoreCase) || value.Equals("https", StringComparison.OrdinalIgnoreCase);

    /// <summary>The column of hosts that most events with a path have; by its name not the device.</summary>
    private static Column? HostBeside(Column paths, Sample sample) => sample.Columns
        .Where(other => other != paths && sample.Vocabulary.Fit(other.Name, Meaning.Url) >= 0
            && other.Share(value => !value.Contains('/') && HostOf(value, sample.Vocabulary) is not null) >= LeastShare
            && paths.FilledRows.Count(row => other.In(row) is not null) >= paths.FilledRows.Count() * LeastShare)
        .MaxBy(other => sample.Vocabulary.Fit(other.Name, Meaning.Url));

    private static Claim OfUrls(Column column, Sample sample, double fit, double share)
    {
        var hosts = column.Distinct.Select(value => HostOf(value, sample.Vocabulary)).OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase).Count();
        var evidence = $"{Say.Of(share, column)} are URLs of {Counted.Of(hosts, "host")}";
        if (fit < 0)
        {
            return new Claim(column, Meaning.Url, 0.3, evidence + "; by its name not the page that was asked for");
        }

        var isPortal = hosts == 1 && column.Distinct.Count >= Enough;
        return isPortal
            ? new Claim(column, Meaning.Url, Claim.Least + (0.1 * fit), evidence + ": a link to the product's own screen, or the only page")
            : new Claim(column, Meaning.Url, 0.8 + (0.2 * fit), evidence + Say.AndName(fit));
    }

    /// <summary>The host of a URL, or of a host with or without path and port; null for what is none.</summary>
    public static string? HostOf(string value, Vocabulary vocabulary)
    {
        var scheme = value.IndexOf("://", StringComparison.Ordinal);
        var hasScheme = scheme is > 0 and < 16 && value.AsSpan(0, scheme).IndexOfAnyExceptInRange('a', 'z') < 0;
        var rest = hasScheme ? value[(scheme + 3)..] : value;
        var end = rest.IndexOfAny(['/', '?', '#']);
        var host = end < 0 ? rest : rest[..end];
        if (hasScheme)
        {
            host = host[(host.LastIndexOf('@') + 1)..];
            return host.Length > 0 && !host.Contains(' ') ? Bare(host) : null;
        }

        host = Bare(host);
        // DNS logs end a name with a point.
        return IsHost(host.TrimEnd('.'), vocabulary) ? host.TrimEnd('.') : null;
    }

    private static string Bare(string host) =>
        host.LastIndexOf(':') is var colon and > 0 && host.AsSpan(colon + 1).IndexOfAnyExceptInRange('0', '9') < 0 ? host[..colon] : host;

    // j.smith and chrome.exe have the look of host names: what stands behind the last point must be a known top level.
    private static bool IsHost(string host, Vocabulary vocabulary)
    {
        var point = host.LastIndexOf('.');
        return point > 0 && host.Length <= 253
            && host.All(sign => char.IsAsciiLetterOrDigit(sign) || sign is '.' or '-' or '_')
            && vocabulary.IsTopLevel(host[(point + 1)..]) && !vocabulary.IsFileEnding(host[(point + 1)..]);
    }

    private static bool IsHostOf(Column hosts, Column urls, Vocabulary vocabulary)
    {
        var both = 0;
        var same = 0;
        foreach (var cell in hosts.Cells)
        {
            if (urls.In(cell.Row) is { } url && url.Contains('/') && HostOf(url, vocabulary) is { } host)
            {
                both++;
                same += host.Equals(cell.Text, StringComparison.OrdinalIgnoreCase) ? 1 : 0;
            }
        }

        return both > 0 && same >= both * LeastShare;
    }
}
