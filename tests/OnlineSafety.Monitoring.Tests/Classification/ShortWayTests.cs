using System.Text;
using System.Text.Json;
using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Tests.Classification;

/// <summary>What is done quickly for ordinary texts against a slow and simple way to the same answer, on every case of the rules and thousands of changed ones.</summary>
public sealed class ShortWayTests
{
    private const int Mutations = 20_000;

    private static readonly string[] Oddities = ["\u200b", "\u0456", "\u00e9", "\U0001F52A", "'", "!", "$", "@", "*", "1", "0", ". ", "%20", "+", "\n", "kkk"];
    private static readonly string[] Texts = [.. Cases()];

    [Fact]
    public void PlainTextIsCutIntoTheSameWordsAsByTheReaderOfEveryCharacter()
    {
        var (quick, slow) = (new TokenBuffer(RuleFiles.Shipped.Rules.Phrases.Lexicon), new TokenBuffer(RuleFiles.Shipped.Rules.Phrases.Lexicon));
        foreach (var text in Mutated(seed: 1))
        {
            // A character outside ASCII sends the whole text the slow way; this one is nothing.
            quick.Read(Encoding.UTF8.GetBytes(text + "     "));
            slow.Read(Encoding.UTF8.GetBytes(text + "  \u200b"));
            Assert.Equal(slow.Tokens.ToArray().Select(Shown), quick.Tokens.ToArray().Select(Shown));
        }
    }

    [Fact]
    public void WordsAreCutAlikeWhereverTheyStandInTheBlocksOfAText()
    {
        string[] pieces = [" ", "a", "of", "kill", "nude5", "aaa", "suicide", "-", ".", "?", "/", "&", "7", "2024", "kys", new('x', 63), new('y', 64), new string('z', 130), "selfharm", "\t", ". ", "sui", "cide"];
        var random = new Random(10);
        string[] signs = [.. Enumerable.Range('!', '~' - '!').Select(sign => ((char)sign).ToString()).Where(sign => !char.IsAsciiLetterOrDigit(sign[0]))];
        var (quick, slow) = (new TokenBuffer(RuleFiles.Shipped.Rules.Phrases.Lexicon), new TokenBuffer(RuleFiles.Shipped.Rules.Phrases.Lexicon));
        for (var i = 0; i < Mutations; i++)
        {
            var some = (i % 5) switch
            {
                // One-letter words alone, so that a block has as many as it can.
                0 => ["a ", "b ", "1 "],

                // One sign: it parts words or may be inside one, and both readers must know which.
                1 => ["sui", "cide", " ", " of ", signs[i / 5 % signs.Length]],
                _ => pieces,
            };
            var text = string.Concat(Enumerable.Range(0, random.Next(120)).Select(_ => some[random.Next(some.Length)]));
            quick.Read(Encoding.UTF8.GetBytes(text + "     "));
            slow.Read(Encoding.UTF8.GetBytes(text + "  \u200b"));
            Assert.Equal(slow.Tokens.ToArray().Select(Shown), quick.Tokens.ToArray().Select(Shown));
        }
    }

    [Fact]
    public void NoTextIsPassedOverInWhichAllGroupsOfARuleStand()
    {
        var rules = RuleFiles.Shipped.Rules;
        var reader = new FieldReader(rules);
        var tokens = new TokenBuffer(rules.Phrases.Lexicon);
        var (read, passed) = (0, 0);
        var memo = new PhraseMemo(rules.Phrases);
        // Long ones too: of more words than the sieve looks at together.
        foreach (var text in Mutated(seed: 2).Concat(Mutated(seed: 8).Chunk(6).Select(texts => string.Join(" filler ", texts))))
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            var hits = new List<PhraseHit>();
            tokens.Read(bytes);
            rules.Phrases.Find(tokens.Tokens, 0, tokens.Tokens.Length, 0, hits, memo);
            var needed = rules.Rules.Any(rule => rule.Severity > Severity.None && (rule.Fields & (1u << (int)EventField.Text)) != 0 && Complete(rule, hits));
            var wasRead = reader.Read(EventField.Text, bytes, default, RulesAsked.Deciding, []);
            Assert.True(wasRead || !needed, text);
            (read, passed) = wasRead ? (read + 1, passed) : (read, passed + 1);
        }

        // Both ways were taken often enough to say something.
        Assert.True(read > Mutations / 20 && passed > Mutations / 20, $"{read} read, {passed} passed over");
    }

    [Fact]
    public void NoRuleIsPassedOverOfWhichAllGroupsStandInAText()
    {
        var rules = RuleFiles.Shipped.Rules;
        var tokens = new TokenBuffer(rules.Phrases.Lexicon);
        var (memo, trail) = (new PhraseMemo(rules.Phrases), new PhraseTrail(rules.Sieve, rules.Phrases.Longest));
        var (seen, marked) = (new ulong[rules.Bits.Length], new ulong[rules.Bits.Words]);
        var (complete, passed) = (0, 0);
        foreach (var text in Mutated(seed: 3).Concat(Mutated(seed: 9).Chunk(6).Select(texts => string.Join(" filler ", texts))))
        {
            var hits = new List<PhraseHit>();
            tokens.Read(Encoding.UTF8.GetBytes(text));
            rules.Phrases.Find(tokens.Tokens, 0, tokens.Tokens.Length, 0, hits, memo);
            rules.Bits.Clear(seen);
            rules.Sieve.Note(tokens.Tokens, seen, trail);
            rules.Bits.MarkComplete(seen, EventField.Text, marked);
            for (var number = 0; number < rules.Rules.Length; number++)
            {
                var isMarked = (marked[number / 64] & (1UL << (number % 64))) != 0;
                var isComplete = (rules.Rules[number].Fields & (1u << (int)EventField.Text)) != 0 && Complete(rules.Rules[number], hits);
                Assert.True(isMarked || !isComplete, $"{rules.Rules[number].Id}: {text}");
                (complete, passed) = (complete + (isComplete ? 1 : 0), passed + (isMarked ? 0 : 1));
            }
        }

        Assert.True(complete > Mutations / 20 && passed > Mutations, $"{complete} complete, {passed} passed over");
    }

    [Theory]
    [InlineData("zebra lantern", "zebra lantern")]
    [InlineData("zebra *3 lantern", "zebra and a lantern")]
    public void APhraseIsFoundAtEveryPlaceOfATextWhoseOtherWordsBeginNothing(string phrase, string written)
    {
        var pack = $$"""
            {"pack":"test/phrases","version":"1","language":"en-GB","rules":[{"id":"test.phrases","theme":"bullying","severity":"low","all":[["{{phrase}}"]],
             "explain":"A phrase.","positive":["{{written}}"],"negative":["x"]}]}
            """;
        var reader = new FieldReader(RuleSet.Parse(RuleFiles.Taxonomy, [("test", Encoding.UTF8.GetBytes(pack))], []).Rules);
        for (var before = 0; before < 200; before++)
        {
            // No word before it is known, so that the walk goes straight to it.
            var text = string.Concat(Enumerable.Repeat("curtain ", before)) + written + " curtain";
            var findings = new List<Finding>();
            reader.Read(EventField.Text, Encoding.UTF8.GetBytes(text), default, RulesAsked.Deciding, findings);
            Assert.True(findings.Count == 1, $"behind {before} words");
        }
    }

    [Fact]
    public void AWordIsFoundIfAndOnlyIfItIsInTheLexicon()
    {
        var random = new Random(3);
        var words = Enumerable.Range(0, 4000).Select(_ => Word(random)).Distinct(StringComparer.Ordinal).ToList();
        var lexicon = new Lexicon(words);
        var numbers = words.Select((word, i) => (word, i)).ToDictionary(w => w.word, w => w.i + 1, StringComparer.Ordinal);
        foreach (var word in words.Concat(Enumerable.Range(0, 20_000).Select(_ => Word(random))))
        {
            // Other letters around it must not count.
            var buffer = Encoding.UTF8.GetBytes("zz" + word + new string('z', Lexicon.Padding));
            Assert.Equal(numbers.GetValueOrDefault(word), lexicon.Find(buffer, 2, word.Length));
        }
    }

    [Fact]
    public void AnotherWayToWriteAWordIsFoundAsItUnlessItIsAWordItself()
    {
        var random = new Random(9);
        string Letters(int length) => string.Concat(Enumerable.Range(0, length).Select(_ => (char)('a' + random.Next(26))));
        var words = Enumerable.Range(0, 500).Select(_ => Letters(3 + random.Next(20))).Distinct(StringComparer.Ordinal).ToList();
        var forms = Enumerable.Range(0, 2_000).Select(i => (Form: i % 10 == 0 ? words[random.Next(words.Count)] : Letters(3 + random.Next(20)), Word: 1 + random.Next(words.Count))).ToList();
        forms.AddRange(forms.Take(100).Select(form => (form.Form, 1 + (form.Word % words.Count))));
        var lexicon = new Lexicon(words, forms);
        foreach (var (form, _) in forms)
        {
            var own = words.IndexOf(form) + 1;
            var buffer = Encoding.UTF8.GetBytes("zz" + form + new string('z', Lexicon.Padding));
            Assert.Equal(own, lexicon.FindOwn(buffer, 2, form.Length));
            Assert.Equal(own > 0 ? own : forms.First(other => other.Form == form).Word, lexicon.Find(buffer, 2, form.Length));
        }
    }

    [Fact]
    public void AnUndoneUrlAndWhereItsBytesCameFromAreThoseOfThePlainLoop()
    {
        var url = new UrlText();
        foreach (var text in Mutated(seed: 4))
        {
            var bytes = Encoding.UTF8.GetBytes(text.Replace(' ', '+').Replace("e", "%65", StringComparison.Ordinal));
            var (expected, origins) = Undone(bytes);
            Assert.Equal(expected, url.Read(bytes).ToArray());
            Assert.Equal(origins.Append(bytes.Length), Enumerable.Range(0, expected.Count + 1).Select(i => url.OriginOf(i, bytes.Length)));
        }
    }

    [Fact]
    public void AHostHitsItsDomainsAndTheirPartsHoweverOftenItIsAsked()
    {
        string[] domains = ["example.test", "a.example", "test"];
        string[] parts = ["porn", "casino", "sex"];
        var table = new HostTable();
        for (var i = 0; i < domains.Length; i++)
        {
            table.AddDomain(domains[i], i);
            Assert.True(table.AddPart(parts[i], 10 + i));
        }

        var quiet = new QuietHosts(table);
        var random = new Random(5);
        string[] labels = ["example", "test", "a", "www", "pornhub", "Essex", "CASINO", "x", "por", "n", ""];
        for (var i = 0; i < 20_000; i++)
        {
            var host = string.Join('.', Enumerable.Range(0, 1 + random.Next(4)).Select(_ => labels[random.Next(labels.Length)]));
            var name = host.ToLowerInvariant();
            var expected = Enumerable.Range(0, domains.Length).Where(d => name == domains[d] || name.EndsWith('.' + domains[d], StringComparison.Ordinal))
                .Concat(name.Split('.').SelectMany(label => parts.SelectMany((part, p) => Enumerable.Repeat(10 + p, Occurrences(label, part)))));
            var hits = new List<PhraseHit>();
            quiet.Find(Encoding.UTF8.GetBytes(host), hits);
            Assert.Equal(expected.Order(), hits.Select(hit => hit.Set).Order());
        }
    }

    [Fact]
    public void AnAssessorThatHasSeenMuchAnswersAsANewOne()
    {
        var old = new Assessor(RuleFiles.Shipped);
        var random = new Random(6);
        string[] categories = ["Games", "No such name", "Self Harm", "gambling ", ""];
        foreach (var text in Mutated(seed: 6).Take(Mutations / 10))
        {
            var draft = new EventDraft { Kind = ActivityKind.Visit };
            draft.Set(random.Next(2) == 0 ? EventField.SearchQuery : EventField.Text, Encoding.UTF8.GetBytes(text));
            draft.AddCategory(Encoding.UTF8.GetBytes(categories[random.Next(categories.Length)]));
            Assert.Equal(Json(new Assessor(RuleFiles.Shipped), draft), Json(old, draft));
        }
    }

    [Fact]
    public void WhatWasReadBeforeIsFoundAgainAsByAReaderThatNeverReadIt()
    {
        var old = new FieldReader(RuleFiles.Shipped.Rules);
        var random = new Random(7);
        string[] hosts = ["", "www.example.test", "www.pornhub.com", "en.wikipedia.org"];
        EventField[] fields = [EventField.SearchQuery, EventField.Text, EventField.Url];
        var asked = Enum.GetValues<RulesAsked>();
        var (found, quiet) = (0, 0);
        foreach (var text in Mutated(seed: 7).Take(Mutations / 50))
        {
            // Again and again in other company: of another field, host or question, and with its end cut off, as whoever explains a result reads it.
            var seen = Enumerable.Range(0, 6).Select(_ => (
                Field: fields[random.Next(fields.Length)], Host: Encoding.UTF8.GetBytes(hosts[random.Next(hosts.Length)]), Asked: asked[random.Next(asked.Length)],
                Text: Encoding.UTF8.GetBytes(random.Next(3) == 0 ? text[..(text.Length / 2)] : text))).ToList();
            foreach (var (field, host, which, bytes) in seen.Concat(seen).Concat(seen.Take(1)))
            {
                var (expected, actual) = (new List<Finding>(), new List<Finding> { default });
                var fresh = new FieldReader(RuleFiles.Shipped.Rules);
                Assert.Equal(fresh.Read(field, bytes, host, which, expected), old.Read(field, bytes, host, which, actual));
                Assert.Equal(fresh.Context, old.Context);
                Assert.Equal(expected, actual.Skip(1));
                (found, quiet) = expected.Count > 0 ? (found + 1, quiet) : (found, quiet + 1);
            }
        }

        Assert.True(found > 500 && quiet > 500, $"{found} found, {quiet} quiet");
    }

    private static string Json(Assessor assessor, EventDraft draft) =>
        JsonSerializer.Serialize(assessor.Assess(draft, "smoothwall", new AssessContext(PersonRole.Pupil, "KS3")));

    // A phrase for every group, and not the same words for two.
    private static bool Complete(Rule rule, List<PhraseHit> hits) =>
        rule.Groups.All(group => hits.Exists(hit => group.Contains(hit.Set)))
        && (rule.Groups.Length == 1
            || hits.Where(hit => rule.Groups.Any(group => group.Contains(hit.Set))).Select(hit => (hit.Start, hit.End)).Distinct().Count() > 1);

    private static (int Word, int Start, int End, bool NewSentence) Shown(Token token) => (token.Word, token.Start, token.End, token.NewSentence);

    private static (List<byte> Bytes, List<int> Origins) Undone(byte[] url)
    {
        var (bytes, origins) = (new List<byte>(), new List<int>());
        for (var i = 0; i < url.Length; i++)
        {
            origins.Add(i);
            var escape = url[i] == '%' && i + 2 < url.Length && char.IsAsciiHexDigit((char)url[i + 1]) && char.IsAsciiHexDigit((char)url[i + 2]);
            bytes.Add(escape ? Convert.ToByte(Encoding.ASCII.GetString(url, i + 1, 2), 16) : url[i] == '+' ? (byte)' ' : url[i]);
            i += escape ? 2 : 0;
        }

        return (bytes, origins);
    }

    private static int Occurrences(string label, string part) =>
        Enumerable.Range(0, Math.Max(0, label.Length - part.Length + 1)).Count(i => label.AsSpan(i).StartsWith(part, StringComparison.Ordinal));

    private static string Word(Random random) => new([.. Enumerable.Range(0, 1 + random.Next(random.Next(2) == 0 ? 4 : Lexicon.LongestWord)).Select(_ => (char)('a' + random.Next(3)))]);

    private static IEnumerable<string> Mutated(int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < Mutations; i++)
        {
            var text = new StringBuilder(Texts[random.Next(Texts.Length)]);
            for (var change = random.Next(4); change > 0; change--)
            {
                var at = random.Next(text.Length + 1);
                switch (random.Next(4))
                {
                    case 0 when at < text.Length:
                        text.Remove(at, 1);
                        break;
                    case 1:
                        text.Insert(at, Texts[random.Next(Texts.Length)] + " ");
                        break;
                    case 2 when at < text.Length:
                        text[at] = char.ToUpperInvariant(text[at]);
                        break;
                    default:
                        text.Insert(at, Oddities[random.Next(Oddities.Length)]);
                        break;
                }
            }

            yield return text.ToString();
        }
    }

    internal static IEnumerable<string> Cases()
    {
        foreach (var line in File.ReadLines(RuleFiles.Case("own-wording.jsonl")))
        {
            using var json = JsonDocument.Parse(line);
            yield return json.RootElement.GetProperty("text").GetString()!;
        }

        foreach (var title in File.ReadLines(RuleFiles.Titles))
        {
            yield return title;
        }

        foreach (var pack in RuleFiles.Packs)
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(pack));
            if (json.RootElement.TryGetProperty("rules", out var rules))
            {
                foreach (var text in rules.EnumerateArray().SelectMany(rule => (string[])[.. Of(rule, "positive"), .. Of(rule, "negative")]))
                {
                    yield return text;
                }
            }
        }

        static IEnumerable<string> Of(JsonElement rule, string name) => rule.GetProperty(name).EnumerateArray().Select(text => text.GetString()!);
    }
}
