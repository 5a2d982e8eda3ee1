using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using OnlineSafety.Monitoring.Normalization;
using OnlineSafety.Monitoring.Normalization.Suggestion;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Tests.Normalization.Suggestion;
using OnlineSafety.Monitoring.Web.Sources;

namespace OnlineSafety.Monitoring.Tests.Web;

/// <summary>What pages of sources say is for people, and never a switch or a code.</summary>
public sealed class SourceWordsTests
{
    [Fact]
    public void EveryReasonHasWords() => Assert.All(
        typeof(Reasons).GetFields().Select(field => (string)field.GetRawConstantValue()!), reason => Assert.NotEqual(reason.Replace('-', ' '), UnreadWords.Of(reason)));

    [Theory]
    [InlineData("Tell them apart by --from, --host, --app, --certificate or a --port of its own.", "Tell them apart by an address, a host name, an app name, a certificate or a port of its own.")]
    [InlineData("--port is between 1 and 65535.", "A port is between 1 and 65535.")]
    public void SwitchesOfACommandHaveNamesOfFieldsOnAPage(string said, string shown) => Assert.Equal(shown, SourceSetupRoutes.Said(new SetupException(said)));

    /// <summary>Of two answers to one question the last would stand, and nobody would be told.</summary>
    [Theory]
    [InlineData("user", "User", "user", "URL", "Account is said twice: from User and from URL.")]
    [InlineData("user", "User", "ignore", "User", "which is also said to be not kept.")]
    [InlineData("", "User", "", "", "Say which field is taken from User")]
    [InlineData("ignore", "", "", "", "Say which name is not kept.")]
    [InlineData("user", "User", "user", "User", "")]
    [InlineData("user", "User", "group", "URL", "")]
    [InlineData("user", "", "", "", "")]
    public void AnswersThatContradictEachOtherAreRefused(string field, string name, string other, string otherName, string problem)
    {
        var proposal = Captured.Suggest(Captured.Csv("Date,User,URL\n27/03/2026 09:14,a.patel,https://a.example.test/\n28/03/2026 09:15,z.khan,https://b.example.test/\n"));
        var form = new FormCollection(new Dictionary<string, StringValues> { ["field0"] = field, ["name0"] = name, ["field3"] = other, ["name3"] = otherName });
        if (problem.Length > 0)
        {
            Assert.Contains(problem, Assert.Throws<SetupException>(() => ProposalForm.Read(form, proposal)).Message, StringComparison.Ordinal);
        }
        else
        {
            Assert.NotEmpty(ProposalForm.Read(form, proposal).Settings);
        }
    }

    [Fact]
    public void WhatAMappingReadsIsListedWithoutANameThatMayBeAPersons()
    {
        var reads = MappingReads.Of(
            """{"mappings":[{"id":"x.json","fields":{"user":["$.usr","$.Emily"],"url":{"from":"$.dest","host":"$.host"},"kind":{"default":"visit"}}}]}"""u8, Captured.Vocabulary.Plain.FormOf).ToList();
        Assert.Equal([("Account", "$.usr, $.Aaaaa"), ("Address visited", "$.dest, $.host"), ("What was done", "always the same")], reads.Select(read => (read.Label, read.Value)));
    }

    [Fact]
    public void AQuestionIsAnsweredInWordsAndAskedOnce()
    {
        var asked = Captured.Suggest(Captured.Csv("Date,User,URL\n02/03/2026 09:14,a.patel,https://a.example.test/\n01/03/2026 09:15,z.khan,https://b.example.test/\n"));
        var one = asked.Questions[0];
        var doubt = new Question(one.Mapping, "user", "Is column3 the user? perhaps.", [new Answer("--set user=", "no: leave it out", null)]);
        var view = ProposalForm.View(Guid.NewGuid(), asked with { Questions = [one, one, doubt] });
        Assert.Equal([0, 2], view.Questions.Select(question => question.Place));
        Assert.All(view.Questions.SelectMany(question => question.Answers), answer => Assert.DoesNotContain("=", answer.Label + answer.Says, StringComparison.Ordinal));
        Assert.All(view.Questions.SelectMany(question => question.Answers), answer => Assert.DoesNotContain("--", answer.Label, StringComparison.Ordinal));
        Assert.Equal((true, "No: leave it out"), (view.Questions[1].Kept, view.Questions[1].Answers[0].Label));
    }
}
