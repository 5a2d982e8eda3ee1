using System.Net;
using System.Text.RegularExpressions;

namespace OnlineSafety.Monitoring.Web.Tests.Gallery;

/// <summary>Follows every link that somebody has: pages are found and not listed, so that none is forgotten.</summary>
internal static partial class Walk
{
    private const int MostPages = 150;

    /// <summary>One address of each kind: numbers, ids and days count as alike, values of filters too.</summary>
    public static async Task<IReadOnlyList<string>> OfAsync(Rooms rooms, string key)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        var left = new Queue<string>(["/"]);
        var asked = new HashSet<string>(StringComparer.Ordinal);
        while (left.TryDequeue(out var path) && asked.Count < MostPages)
        {
            if (found.ContainsKey(KindOf(path)) || !asked.Add(path))
            {
                continue;
            }

            using var answer = await rooms.GetAsync(path, key);
            if (answer.Headers.Location is { } next)
            {
                left.Enqueue(next.OriginalString);
            }
            else if (answer.StatusCode == HttpStatusCode.OK && answer.Content.Headers.ContentType?.MediaType == "text/html")
            {
                found[KindOf(path)] = path;
                foreach (Match link in Links().Matches(await answer.Content.ReadAsStringAsync()))
                {
                    left.Enqueue(WebUtility.HtmlDecode(link.Groups[1].Value).Split('#')[0]);
                }
            }
        }

        return [.. found.Values.Order(StringComparer.Ordinal)];
    }

    /// <summary>Also what its picture is called.</summary>
    public static string KindOf(string path)
    {
        var kind = Ids().Replace(path, "x").Trim('/');
        var query = kind.IndexOf('?', StringComparison.Ordinal);
        // Filters can be put together in any way: one page of each room stands for them.
        kind = query < 0 ? kind : $"{kind[..query]}-by-{kind[(query + 1)..].Split('=')[0]}";
        return kind.Length == 0 ? "start" : kind.Replace('/', '-');
    }

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f-]{27}|[0-9]+(-[0-9]+)*")]
    private static partial Regex Ids();

    [GeneratedRegex("<a [^>]*href=\"(/[^\"]*)\"")]
    private static partial Regex Links();
}
