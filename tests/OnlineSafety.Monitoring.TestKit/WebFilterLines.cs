using System.Globalization;
using System.Text;

namespace OnlineSafety.Monitoring.TestKit;

/// <summary>
/// Web-filter lines as e2guardian writes them in format 8 behind an RFC 3164 header, about 335 bytes, 2 % of them blocked searches that
/// are concerns. Invented pupils, reserved addresses.
/// </summary>
internal static class WebFilterLines
{
    private static readonly string[] Words =
        ["maths", "lesson", "river", "school", "history", "planet", "homework", "colour", "music", "football", "recipe", "weather", "garden", "revision", "volcano", "roman", "poem", "science", "castle", "energy"];

    private static readonly string[] Hosts = ["www.google.com", "www.bing.com", "www.bbc.co.uk", "en.wikipedia.org", "classroom.example.org", "docs.google.com", "scratch.mit.edu", "duckduckgo.com"];

    private static readonly string[] Categories = ["Education", "Search Engines", "Games", "News", "Sport", "Music", "Translation", "Forums"];

    private static readonly string[] Concerns = ["how to hide cuts on my arm", "buy vape no id near me", "free vpn for school chromebook", "online casino no age check", "where to buy a zombie knife"];

    public const int ConcernPerMille = 20;

    /// <summary>A pool of lines, without line ends.</summary>
    public static string[] Pool(int count, int users, int seed)
    {
        var random = new Random(seed);
        var lines = new string[count];
        for (var i = 0; i < count; i++)
        {
            lines[i] = random.Next(1000) < ConcernPerMille ? Concern(random, users) : Benign(random, users);
        }

        return lines;
    }

    /// <summary>A line that must become a mail: a blocked search for a method of suicide by a user of its own.</summary>
    public static string Grave(string user) => Line(user, "www.google.com", "painless ways to kill myself", blocked: true, "Banned Phrases", 7);

    /// <summary>
    /// A line that must become an alert for the queue, without a mail: a blocked search for drugs, in words that nobody else uses, so that it is no class activity.
    /// </summary>
    public static string Worrying(string user) => Line(user, "www.bing.com", $"where can i buy {user} cocaine", blocked: true, "Banned Phrases", 7);

    /// <summary>The line without its syslog header, as a webhook brings it.</summary>
    public static string WithoutHeader(string line) => line[(line.IndexOf(": ", StringComparison.Ordinal) + 2)..];

    /// <summary>A pupil's allowed search for lesson words, with these words among them.</summary>
    public static string Searching(Random random, int users, string words) =>
        Line(User(random, users), Hosts[random.Next(2)], $"{Words[random.Next(Words.Length)]} {words} {Words[random.Next(Words.Length)]}", blocked: false, "Search Engines", random.Next());

    public static string Benign(Random random, int users)
    {
        var words = string.Join(' ', Enumerable.Range(0, 3 + random.Next(4)).Select(_ => Words[random.Next(Words.Length)]));
        return Line(User(random, users), Hosts[random.Next(Hosts.Length)], words, blocked: false, Categories[random.Next(Categories.Length)], random.Next());
    }

    public static string Concern(Random random, int users) =>
        Line(User(random, users), Hosts[random.Next(2)], Concerns[random.Next(Concerns.Length)], blocked: true, "Banned Phrases", random.Next());

    private static string User(Random random, int users) => "pupil" + random.Next(users).ToString("00000", CultureInfo.InvariantCulture);

    private static string Line(string user, string host, string terms, bool blocked, string category, int salt)
    {
        var now = DateTimeOffset.UtcNow;
        var url = new StringBuilder("https://").Append(host).Append("/search?client=web&q=").Append(terms.Replace(' ', '+')).Append("&sid=").Append(salt.ToString("x8", CultureInfo.InvariantCulture));
        return string.Join('\t',
            "<14>" + now.ToString("MMM dd HH:mm:ss", CultureInfo.InvariantCulture) + " protex1 e2guardian[2211]: " + now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture) + ".381",
            "", user, $"192.0.2.{1 + (salt & 127)}", "pc-lib-07.school.example", url, "GET", blocked ? "403" : "200", "8123", "text/html", "-", "-", "214", "-",
            blocked ? "450" : "0", blocked ? "*DENIED* Banned search term found: " + terms : "", "0", category, "secondary_students", "3", terms, "8080:PM:ntlm:map");
    }
}
