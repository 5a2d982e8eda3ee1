using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using OnlineSafety.Monitoring.Retention;

namespace OnlineSafety.Monitoring.Tests.Retention;

public sealed class SubjectAccessHtmlTests
{
    private static readonly DateTimeOffset Noon = new(2026, 6, 1, 11, 0, 0, TimeSpan.Zero);

    private static readonly string[] Hostile =
    [
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "</title></style><svg/onload=alert(1)>", "<!--", "]]>", "&lt;b&gt;", "javascript:alert(1)", "' onmouseover='x", "\u0000\u0007\u202Eevil\u200B\uE000",
        "<iframe src=https://elsewhere.example.test></iframe>", "<link rel=stylesheet href=//elsewhere.example.test/a.css>", "@import url(https://elsewhere.example.test)",
    ];

    [Fact]
    public void EachKindOfThingHasASectionInPlainWords()
    {
        var page = SubjectAccessHtml.Of(File("chemistry homework"));

        foreach (var words in new[]
        {
            "id=\"people\"", "id=\"alerts\"", "id=\"events\"", "id=\"contents\"", "<dt><bdi>Searched for</bdi></dt><dd><bdi>chemistry homework</bdi></dd>", "Alert 7: self harm, high", "1 June 2026, 12:00:00",
            "looks for ways to hurt themselves (&quot;chemistry homework&quot;)", "acknowledge: from new to acknowledged", "3 May 2012", "Product&#39;s own categories", "Search, Chat", "seat B4", "kept with it of the same hour",
        })
        {
            Assert.Contains(words, page, StringComparison.Ordinal);
        }

        // No reader has to know JSON.
        Assert.DoesNotContain("{", page[page.IndexOf("</style>", StringComparison.Ordinal)..], StringComparison.Ordinal);
        Assert.DoesNotContain("self_harm", page, StringComparison.Ordinal);
    }

    [Fact]
    public void WhateverWasTypedIsTextAndThePageAsksNothingOfAnyOtherPlace()
    {
        foreach (var hostile in Hostile)
        {
            var page = SubjectAccessHtml.Of(File(hostile));
            var body = page[page.IndexOf("<main>", StringComparison.Ordinal)..];
            Assert.Empty(Regex.Matches(body, "<(?!/?(main|section|h[1-4]|p|ul|li|dl|dt|dd|table|caption|thead|tbody|tr|th|td|bdi|body|html)\\b)", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5)));
            // The page's own tags have these attributes and no others.
            Assert.All(Regex.Matches(body, "<\\w+ (?<rest>[^>]*)>", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5)), tag => Assert.Matches("^(id=\"[a-z]+\"|class=\"entry\"|scope=\"col\")$", tag.Groups["rest"].Value));
            Assert.Equal(1, Regex.Count(page, "<title>", RegexOptions.None, TimeSpan.FromSeconds(5)));
            Assert.Contains("default-src 'none'", page, StringComparison.Ordinal);
            Assert.DoesNotContain('\u202E', page);
            Assert.DoesNotContain('\u0000', page);
        }

        Assert.Contains("[U+202E]evil[U+200B]", SubjectAccessHtml.Of(File(Hostile[8])), StringComparison.Ordinal);
    }

    [Fact]
    public void WhereNothingIsStoredThePageSaysSo()
    {
        var page = SubjectAccessHtml.Of(new SubjectAccessFile("Example Academy", "a.pupil", Noon, [], [], []));

        Assert.Contains("Nobody of this name", page, StringComparison.Ordinal);
        Assert.Contains("No alert about this person", page, StringComparison.Ordinal);
        Assert.Contains("No other event", page, StringComparison.Ordinal);
    }

    // The text in every place that somebody else fills.
    private static SubjectAccessFile File(string text)
    {
        var read = new JsonObject
        {
            ["school"] = Guid.NewGuid().ToString(), ["kind"] = "search", ["action"] = "blocked", ["searchQuery"] = text, ["subject"] = new JsonObject { ["user"] = text }, ["device"] = new JsonObject(),
            ["vendor"] = new JsonObject { ["categories"] = new JsonArray("Search", "Chat"), ["breach"] = false }, ["unmapped"] = new JsonArray(new JsonObject { ["name"] = text == "chemistry homework" ? "seat" : text, ["value"] = "seat B4" }),
        };
        var said = new JsonObject { ["theme"] = "self_harm", ["severity"] = "high", ["reasons"] = Reasons(text) };
        return new SubjectAccessFile(
            $"Example Academy {(text == "chemistry homework" ? "" : text)}", text, Noon,
            [new AccessPerson(text, [text], "Pupil", text, text, new DateOnly(2012, 5, 3))],
            [new AccessAlert(7, "resolved", "high", "self_harm", Noon, Noon, text, "concern", text, text, Reasons(text), [new AccessStep(Noon, text, "acknowledge", "new", "acknowledged", text)])],
            [new AccessEvent(Noon, 7, Kept: false, read, said), new AccessEvent(Noon, 7, Kept: true, read.DeepClone(), null), new AccessEvent(Noon, null, Kept: false, read.DeepClone(), said.DeepClone())])
        {
            Zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/London"),
        };
    }

    private static JsonArray Reasons(string text) => new(new JsonObject { ["rule"] = "r", ["matched"] = text, ["explanation"] = text == "chemistry homework" ? "looks for ways to hurt themselves" : text });
}
