using System.Text;
using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Processing;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Tests.Processing;

public sealed class RulesTests : IDisposable
{
    private const string Pack = """
        {"pack": "own/local", "version": "1", "language": "en-GB", "rules": [{
          "id": "local.word", "theme": "bullying", "severity": "medium", "all": [["glimborous"]],
          "explain": "A word of this school.", "positive": ["glimborous"], "negative": []}]}
        """;

    private readonly string _directory = Directory.CreateTempSubdirectory("onlinesafety-packs-").FullName;

    [Fact]
    public void PacksOfAFurtherDirectoryCountBesideTheShippedOnes()
    {
        File.WriteAllText(Path.Combine(_directory, "local.json"), Pack);

        var assessor = new Assessor(Rules.Load(Repository.Path("schemas"), extraRulePacks: _directory).RuleSet);

        Assert.Equal(Severity.Medium, Search(assessor, "you glimborous thing"));
        Assert.True(Search(assessor, "painless ways to kill myself") >= Severity.High);
    }

    private static Severity Search(Assessor assessor, string text)
    {
        var draft = new EventDraft { Kind = ActivityKind.Search };
        draft.Set(EventField.SearchQuery, Encoding.UTF8.GetBytes(text));
        return assessor.Assess(draft, "protex", new AssessContext(PersonRole.Pupil, "KS3")).Severity;
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
