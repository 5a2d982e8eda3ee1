using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace OnlineSafety.Monitoring.Classification;

/// <summary>
/// What a character counts as when words are compared: lower case, without diacritics, full-width and mathematical letters as plain
/// ones, look-alikes of other scripts as the Latin letter they imitate, zero-width and combining characters as nothing.
/// </summary>
internal static class Folding
{
    /// <summary>Separates words.</summary>
    public const byte Gap = 0;

    /// <summary>Counts as nothing inside a word: <c>don't</c> is <c>dont</c>.</summary>
    public const byte Nothing = 1;

    /// <summary>May stand for a letter inside a word (<c>p@ss</c>); separates words elsewhere.</summary>
    public const byte Symbol = 2;

    /// <summary>Ends a sentence when white space or the end follows.</summary>
    public const byte Stop = 3;

    /// <summary>First byte of a longer UTF-8 sequence.</summary>
    public const byte Wide = 4;

    /// <summary>Every folded letter or digit is at least this; so one comparison tells a word byte from the classes above.</summary>
    public const byte FirstWordByte = (byte)'0';

    private static readonly byte[] AsciiTable = BuildAscii();
    private static readonly byte[] LeetTableI = BuildLeet('i');
    private static readonly byte[] LeetTableL = BuildLeet('l');
    private static readonly FrozenDictionary<int, uint> WideTable = BuildWide();

    // Letters and signs that do not decompose to the Latin letter they look like. Source: own selection of the look-alikes that keyboards and
    // "fancy text" pages offer; Unicode's confusables list has thousands more that no pupil's keyboard makes.
    private const string LookAlikes =
        "аaеeоoрpсcхxуyіiѕsјjԁdһhԛqԝwкkмmтtнhвbґrгrєeяrиnпnшwцuАaВbЕeКkМmНhОoРpСcТtХxУyІiЅsЈjЯrИnЄe" +
        "αaβbςsσoοoεeηnιiνvρpτtυuωwγyδdκkμuχxϲcπnΑaΒbΕeΖzΗhΙiΚkΜmΝnΟoΡpΤtΥyΧx" +
        "օoոnսuհhզqցgյjքpեtձd" +
        "ᎪaᏴbᏟcᎠdᎬeᎰfᏀgᎻhᎥiᏆiᎫjᏦkᏞlᎷmᏁnᏢpᏒrᏚsᎢtᏌuᏙvᎳwᎽyᏃz" +
        "ᗩaᗷbᑕcᗪdᖴfᕼhᒍjᒪlᗰmᑎnᑭpᑫqᖇrᔕsᑌuᐯvᗯw᙭xᘔz" +
        "ꓮaꓐbꓚcꓓdꓰeꓝfꓖgꓧhꓲiꓙjꓗkꓡlꓟmꓠnꓳoꓑpꓣrꓢsꓔtꓴuꓦvꓪwꓫxꓬyꓜz" +
        "卂a乃b匚c乇e千f卄h丨iﾌj长k乚lㄥl爪m几nㄖo口o卩p尺r丂s丁tㄒtㄩu山w乂xㄚy乙z" +
        "ıiøoØođdĐdłlŁlħhĦhŧtɑaɡgɩiᴀaʙbᴄcᴅdᴇeꜰfɢgʜhɪiᴊjᴋkʟlᴍmɴnᴏoᴘpʀrꜱsᴛtᴜuᴠvᴡwʏyᴢz" +
        "ƀbɓbƁbƈcƇcȼcȻcƊdƉdɖdɗdəeƏeɛeƐeɇeɆeƒfƑfɠgƓgɨiƗiɉjɈjƙkƘkƚlɫlɭlɱmɲnƝnŋnŊnƞnƥpƤpɋqɍrɌrɽrɾrʂsȿsŧtŦtƭtƬtʈtʉuɄuʋvƲvƴyƳyɏyɎyƶzƵzʐz" +
        Money + "∂d∑e∩n∪u√v∆aΔaΛaλa";

    // Signs of money, and signs that stand beside sums: letters only inside a word.
    private const string Money = "€e£l¥y¢c§s₳a฿b₵c₣f₲g₭k₥m₦n₱p₴s₮t₩w";

    /// <summary>256 entries: a class above, or the folded byte itself.</summary>
    public static ReadOnlySpan<byte> Ascii => AsciiTable;

    /// <summary>
    /// Folds one character outside ASCII. Returns the number of bytes written for a letter or digit, 0 when it counts as nothing,
    /// -1 when it separates words, -2 when it is a sign of its own such as an emoji (4 bytes at most are written).
    /// </summary>
    public static int FoldWide(Rune rune, Span<byte> output)
    {
        // Fillers of other scripts that show nothing or only a line are letters and signs to Unicode.
        if (rune.Value is 0x115F or 0x1160 or 0x3164 or 0xFFA0 or 0x2800 or 0x0640)
        {
            return 0;
        }

        if (WideTable.TryGetValue(rune.Value, out var packed))
        {
            var count = 0;
            for (; packed != 0; packed >>= 8)
            {
                output[count++] = (byte)packed;
            }

            return count;
        }

        switch (Rune.GetUnicodeCategory(rune))
        {
            case UnicodeCategory.DecimalDigitNumber:
                output[0] = (byte)('0' + (int)Rune.GetNumericValue(rune));
                return 1;
            case UnicodeCategory.Format or UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark:
                return 0;
            case UnicodeCategory.ModifierSymbol when rune.Value is >= 0x1F3FB and <= 0x1F3FF:
                return 0;
            case UnicodeCategory.OtherSymbol:
                rune.EncodeToUtf8(output);
                return -2;
            case UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
                or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter or UnicodeCategory.SpacingCombiningMark:
                return Rune.ToLowerInvariant(rune).EncodeToUtf8(output);
            default:
                return rune.Value is 0x2019 or 0x2018 or 0x02BC ? 0 : -1;
        }
    }

    /// <summary>Whether the sign is that of money, and so a letter only inside a word.</summary>
    public static bool IsMoney(Rune rune) => rune.IsBmp && Money.Contains((char)rune.Value, StringComparison.Ordinal);

    /// <summary>256 entries: the letter that a digit or sign imitates, other bytes as they are; 1, ! and | as i.</summary>
    public static ReadOnlySpan<byte> LeetAsI => LeetTableI;

    /// <summary>The same with 1, ! and | as l.</summary>
    public static ReadOnlySpan<byte> LeetAsL => LeetTableL;

    private static byte[] BuildLeet(char one)
    {
        byte[] table = [.. Enumerable.Range(0, 256).Select(b => (byte)b)];
        foreach (var (sign, letter) in "0o1_!_|_2z3e4a@a5s$s6g7t8b9g".Chunk(2).Select(pair => (pair[0], pair[1])))
        {
            table[sign] = (byte)(letter == '_' ? one : letter);
        }

        return table;
    }

    private static byte[] BuildAscii()
    {
        var table = new byte[256];
        for (var b = 0; b < 256; b++)
        {
            table[b] = (char)b switch
            {
                >= 'a' and <= 'z' or >= '0' and <= '9' => (byte)b,
                >= 'A' and <= 'Z' => (byte)(b | 0x20),
                '\'' or '`' => Nothing,
                '@' or '$' or '!' or '|' or '*' => Symbol,
                '.' or '?' or ';' or '\n' => Stop,
                >= (char)0x80 => Wide,
                _ => Gap,
            };
        }

        return table;
    }

    private static FrozenDictionary<int, uint> BuildWide()
    {
        var table = new Dictionary<int, uint>();

        // Latin, raised letters, letter-like signs, enclosed and full-width forms, ligatures, mathematical letters: everything whose compatibility form is plain.
        ReadOnlySpan<(int From, int To)> ranges =
            [(0xA0, 0x2FF), (0x1D00, 0x1EFF), (0x2070, 0x24FF), (0xFB00, 0xFB06), (0xFF00, 0xFF5E), (0x10780, 0x107BA), (0x1D400, 0x1D7FF), (0x1F110, 0x1F169)];
        foreach (var (from, to) in ranges)
        {
            for (var code = from; code <= to; code++)
            {
                if (Plain(code) is var packed and not 0)
                {
                    table[code] = packed;
                }
            }
        }

        // Squared and negative circled letters, and those that flags are made of, have no compatibility form.
        for (var letter = 0; letter < 26; letter++)
        {
            table[0x1F150 + letter] = table[0x1F170 + letter] = table[0x1F1E6 + letter] = (uint)('a' + letter);
        }

        for (var i = 0; i < LookAlikes.Length; i += 2)
        {
            table[LookAlikes[i]] = LookAlikes[i + 1];
        }

        // Arabic and Urdu keyboards write the same letter in several ways, and old fonts in the form that it has in its place.
        ReadOnlySpan<(int From, int To)> arabic = [(0x0620, 0x06D3), (0xFB50, 0xFDFB), (0xFE70, 0xFEFC)];
        foreach (var (from, to) in arabic)
        {
            for (var code = from; code <= to; code++)
            {
                if (ArabicLetters(code) is var packed and not 0)
                {
                    table[code] = packed;
                }
            }
        }

        table['ß'] = Pack("ss");
        table['æ'] = table['Æ'] = Pack("ae");
        table['œ'] = table['Œ'] = Pack("oe");
        return table.ToFrozenDictionary();
    }

    private static uint Plain(int code)
    {
        if (code is >= 0xD800 and <= 0xDFFF)
        {
            return 0;
        }

        var plain = new StringBuilder();
        foreach (var c in char.ConvertFromUtf32(code).Normalize(NormalizationForm.FormKD))
        {
            if (char.IsAsciiLetterOrDigit(c))
            {
                plain.Append(char.ToLowerInvariant(c));
            }
            else if (CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark && c is not ('(' or ')'))
            {
                return 0;
            }
        }

        return plain.Length is > 0 and <= 4 ? Pack(plain.ToString()) : 0;
    }

    private static uint ArabicLetters(int code)
    {
        var plain = new StringBuilder();
        foreach (var c in char.ConvertFromUtf32(code).Normalize(NormalizationForm.FormKD))
        {
            switch (CharUnicodeInfo.GetUnicodeCategory(c))
            {
                case UnicodeCategory.NonSpacingMark:
                    break;
                case UnicodeCategory.OtherLetter:
                    plain.Append(c switch { '\u0649' or '\u064A' => '\u06CC', '\u0643' => '\u06A9', '\u0629' or '\u06C1' or '\u06BE' => '\u0647', '\u0671' => '\u0627', _ => c });
                    break;
                default:
                    return 0;
            }
        }

        return plain.Length is 1 or 2 ? Pack(plain.ToString()) : 0;
    }

    private static uint Pack(string letters)
    {
        uint packed = 0;
        var utf8 = Encoding.UTF8.GetBytes(letters);
        for (var i = utf8.Length - 1; i >= 0; i--)
        {
            packed = (packed << 8) | utf8[i];
        }

        return packed;
    }
}
