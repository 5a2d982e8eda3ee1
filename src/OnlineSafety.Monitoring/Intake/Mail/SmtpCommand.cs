namespace OnlineSafety.Monitoring.Intake.Mail;

/// <summary>A command line taken apart.</summary>
/// <param name="Verb">Upper-case.</param>
/// <param name="Rest">What follows, trimmed.</param>
internal readonly record struct SmtpCommand(string Verb, string Rest)
{
    // RFC 5321, 4.5.3.1.3: a path has at most 256 octets.
    private const int LongestAddress = 254;

    public static SmtpCommand Read(string line)
    {
        var space = line.IndexOf(' ', StringComparison.Ordinal);
        return space < 0
            ? new SmtpCommand(line.ToUpperInvariant(), "")
            : new SmtpCommand(line[..space].ToUpperInvariant(), line[(space + 1)..].Trim());
    }

    /// <summary><c>FROM:&lt;address&gt; PARAMETER=VALUE ...</c>, or TO. False when it is no such thing.</summary>
    /// <param name="word">FROM or TO.</param>
    /// <param name="address">Empty for <c>&lt;&gt;</c>, a bounce.</param>
    /// <param name="parameters">In upper case.</param>
    public bool TryPath(string word, out string address, out string[] parameters)
    {
        address = "";
        parameters = [];
        if (Rest.Length < word.Length + 3 || !Rest.StartsWith(word, StringComparison.OrdinalIgnoreCase) || Rest[word.Length] != ':')
        {
            return false;
        }

        // A space after the colon is wrong and common.
        var path = Rest[(word.Length + 1)..].TrimStart();
        var end = path.IndexOf('>', StringComparison.Ordinal);
        if (path[0] != '<' || end < 0 || (end + 1 < path.Length && path[end + 1] != ' '))
        {
            return false;
        }

        address = path[1..end];
        // A source route (RFC 5321, appendix C) says nothing any more.
        address = address.StartsWith('@') && address.IndexOf(':', StringComparison.Ordinal) is var colon and > 0 ? address[(colon + 1)..] : address;
        parameters = path[(end + 1)..].ToUpperInvariant().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return address.Length <= LongestAddress && !address.Any(letter => char.IsControl(letter) || letter is ' ' or '<');
    }
}
