using System.Text;
using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Processing;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Tests.Classification;

/// <summary>Categories of a product that has no table of its own.</summary>
public sealed class SharedCategoryTests
{
    private static readonly RuleSet Shipped = Rules.LoadRuleSet(Repository.Path("schemas"));

    [Theory]
    [InlineData("Gambling", "gambling")]
    [InlineData("self harm", "self_harm")]
    [InlineData("Weapons", "weapons")]
    public void ANameThatAllVendorsMeanAlikeIsUnderstood(string category, string theme) => Assert.Equal(theme, Assess("unknown", category).Theme);

    [Theory]
    [InlineData("protex", "security.proxy", true)] // Lightspeed has it and Protex has not: what is not in a vendor's own table stays unknown
    [InlineData("lightspeed", "security.proxy", false)]
    [InlineData("unknown", "94", true)] // a number is a word of one vendor alone
    [InlineData("unknown", "Made up by somebody", true)]
    public void WhatNobodyAgreedOnIsSeenAsUnknown(string product, string category, bool isUnmapped) => Assert.Equal(isUnmapped, Assess(product, category).UnmappedCategory);

    [Fact]
    public void ANameThatVendorsMeanDifferentlyIsNotUsedAndTheMiddleWeightCounts()
    {
        var map = new CategoryMap();
        var errors = new RuleErrors();
        var taxonomy = Taxonomy.Parse(RuleFiles.Taxonomy, errors);
        map.Add("one", Json("""{"names":["Alike"],"weight":"grave","themes":["self_harm","suicide"]},{"names":["Other"],"weight":"theme","themes":["drugs"]},{"names":["Harmless"],"weight":"ignore"}"""), taxonomy, errors);
        map.Add("two", Json("""{"names":["alike"],"weight":"theme","themes":["self_harm","bullying"]},{"names":["Other"],"weight":"theme","themes":["gambling"]},{"names":["Harmless"],"weight":"hint","themes":["drugs"]}"""), taxonomy, errors);
        map.Share();
        errors.Throw();

        var alike = map.Find("three", "Alike"u8)!;
        Assert.Equal((CategoryWeight.Theme, taxonomy.IndexOf("self_harm")), (alike.Weight, Assert.Single(alike.Themes)));
        Assert.Null(map.Find("three", "Other"u8));
        Assert.Null(map.Find("three", "Harmless"u8));
    }

    private static ReadOnlyMemory<byte> Json(string categories) => Encoding.UTF8.GetBytes($$"""{"vendor":"v","version":"1","categories":[{{categories}}]}""");

    private static Assessment Assess(string product, string category)
    {
        var draft = new EventDraft { Kind = ActivityKind.Visit };
        draft.Set(EventField.Url, "https://site.example.test/"u8);
        draft.Set(EventField.UrlHost, "site.example.test"u8);
        draft.AddCategory(Encoding.UTF8.GetBytes(category));
        return new Assessor(Shipped).Assess(draft, product, new AssessContext(PersonRole.Pupil, "KS3"));
    }
}
