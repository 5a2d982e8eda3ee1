using System.Globalization;
using System.Text;

namespace OnlineSafety.Monitoring.TestKit.Evasion;

/// <summary>One way to write a text so that a filter does not see it and a reader does. Null where the text gives no hold for it.</summary>
internal sealed record Disguise(string Name, Func<string, string?> Apply)
{
    private const string Emoji = "\U0001F642";

    /// <summary>Every way that is measured.</summary>
    public static IReadOnlyList<Disguise> All { get; } =
    [
        new("leet digits", text => Replace(text, "a4e3i1o0s5t7")),
        new("leet signs", text => Replace(text, "a@i!s$o0")),
        new("full width", text => Each(text, letter => (char)(letter - 'a' + 'ａ') + "")),
        new("look-alikes", text => Replace(text, "aаeеoоpрcсxхyуiіsѕ")),
        new("zero width", text => Between(text, "\u200B")),
        new("bidi override", text => "\u202E" + Backwards(text) + "\u202C"),
        new("bidi marks", text => Between(text, "\u200E")),
        new("combining marks", text => Each(text, letter => $"{letter}\u0336\u0301")),
        new("stretched", text => Each(text, letter => "aeiou".Contains(letter, StringComparison.Ordinal) ? new string(letter, 4) : $"{letter}")),
        new("spaced out", text => Between(text.Replace(" ", "   ", StringComparison.Ordinal), " ")),
        new("dotted", text => Between(text, ".")),
        new("hyphenated", text => Between(text, "-")),
        new("underscored", text => Between(text, "_")),
        new("blank inside", text => InLongest(text, word => word.Insert(word.Length / 2, " "))),
        new("hyphen inside", text => InLongest(text, word => word.Insert(word.Length / 2, "-"))),
        new("missing vowel", text => InLongest(text, word => word.IndexOfAny(['a', 'e', 'i', 'o', 'u'], 1) is var at and > 0 ? word.Remove(at, 1) : null)),
        new("transposed letters", text => InLongest(text, word => Transpose(word, word.Length / 2))),
        new("doubled letter", text => InLongest(text, word => word.Insert(word.Length / 2, $"{word[word.Length / 2]}"))),
        new("phonetic", text => InLongest(text, ByEar)),
        new("swapped case", text => string.Concat(text.Select((c, i) => i % 2 == 0 ? char.ToUpperInvariant(c) : c))),
        new("joined words", text => text.Contains(' ', StringComparison.Ordinal) ? text.Replace(" ", "", StringComparison.Ordinal) : null),
        new("hash tag", text => "#" + CultureInfo.InvariantCulture.TextInfo.ToTitleCase(text).Replace(" ", "", StringComparison.Ordinal)),
        new("emoji between letters", text => Between(text, Emoji)),
        new("emoji for a word", ForAWord),
        new("regional indicators", text => Each(text, letter => char.ConvertFromUtf32(0x1F1E6 + letter - 'a'))),
        new("mathematical letters", text => Each(text, letter => char.ConvertFromUtf32(0x1D4D0 + 26 + letter - 'a'))),
        new("superscript", text => Replace(text, "aᵃbᵇcᶜdᵈeᵉfᶠgᵍhʰiⁱjʲkᵏlˡmᵐnⁿoᵒpᵖrʳsˢtᵗuᵘvᵛwʷxˣyʸzᶻ")),
        new("Lisu letters", text => Replace(text, "aꓮbꓐcꓚdꓓeꓰfꓝgꓖhꓧiꓲjꓙkꓗlꓡmꓟnꓠoꓳpꓑrꓣsꓢtꓔuꓴvꓦwꓪxꓫyꓬzꓜ")),
        new("ligatures", text => text.Replace("ffi", "ﬃ", StringComparison.Ordinal).Replace("fi", "ﬁ", StringComparison.Ordinal).Replace("fl", "ﬂ", StringComparison.Ordinal).Replace("st", "ﬆ", StringComparison.Ordinal)),
        new("parenthesised letters", text => Each(text, letter => char.ConvertFromUtf32(0x1F110 + letter - 'a'))),
        new("circled letters", text => Each(text, letter => (char)(0x24D0 + letter - 'a') + "")),
        new("upside down", text => Replace(Backwards(text), "aɐbqcɔdpeǝfɟgƃhɥiᴉjɾkʞmɯnupdqbrɹtʇunvʌwʍyʎ")),
        new("backwards", Backwards),
        new("HTML escapes", text => Each(text, letter => $"&#{(int)letter};")),
        new("URL escapes", text => string.Concat(text.Select(c => $"%{(int)c:x2}"))),
        new("asterisk for a vowel", text => InLongest(text, word => word.IndexOfAny(['a', 'e', 'i', 'o', 'u'], 1) is var at and > 0 && at < word.Length - 1 ? word.Remove(at, 1).Insert(at, "*") : null)),
    ];

    private static string Replace(string text, string pairs) =>
        string.Concat(text.Select(c => pairs.Chunk(2).FirstOrDefault(pair => pair[0] == c) is { } pair ? pair[1] : c));

    private static string Each(string text, Func<char, string> letter) => string.Concat(text.Select(c => char.IsAsciiLetterLower(c) ? letter(c) : $"{c}"));

    // Not beside blanks: those part the words.
    private static string Between(string text, string sign)
    {
        var result = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            result.Append(i > 0 && text[i] != ' ' && text[i - 1] != ' ' ? sign : "").Append(text[i]);
        }

        return result.ToString();
    }

    private static string Backwards(string text) => string.Concat(text.Reverse());

    private static string? InLongest(string text, Func<string, string?> change)
    {
        var longest = text.Split(' ').MaxBy(word => word.Length)!;
        return longest.Length >= 4 && change(longest) is { } changed ? text.Replace(longest, changed, StringComparison.Ordinal) : null;
    }

    private static string? Transpose(string word, int at)
    {
        while (at + 1 < word.Length && word[at] == word[at + 1])
        {
            at++;
        }

        return at + 1 < word.Length ? word[..at] + word[at + 1] + word[at] + word[(at + 2)..] : null;
    }

    private static string? ByEar(string word)
    {
        foreach (var (sound, spelt) in ((string, string)[])[("ph", "f"), ("ck", "k"), ("ci", "si"), ("ce", "se"), ("c", "k"), ("y", "i"), ("ee", "ea"), ("oo", "u"), ("x", "ks"), ("er", "a"), ("i", "y"), ("s", "z"), ("ll", "l")])
        {
            if (word.IndexOf(sound, StringComparison.Ordinal) is var at and >= 0)
            {
                return word.Remove(at, sound.Length).Insert(at, spelt);
            }
        }

        return null;
    }

    private static string? ForAWord(string text)
    {
        foreach (var (word, emoji) in ((string, string)[])[("knife", "🔪"), ("gun", "🔫"), ("coffin", "⚰️"), ("bomb", "💣"), ("pills", "💊"), ("razor", "🪒"), ("bridge", "🌉")])
        {
            if ($" {text} ".Contains($" {word} ", StringComparison.Ordinal))
            {
                return $" {text} ".Replace($" {word} ", $" {emoji} ", StringComparison.Ordinal).Trim();
            }
        }

        return null;
    }
}
