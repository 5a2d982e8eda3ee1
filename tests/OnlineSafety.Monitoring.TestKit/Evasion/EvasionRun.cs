using System.Text;
using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.TestKit.Evasion;

/// <summary>A grave term as written and what the rules say of it and of its disguise.</summary>
internal sealed record EvasionResult(string Disguise, string Term, string Written, Assessment Plain, Assessment Found)
{
    /// <summary>The same concern, at least as grave.</summary>
    public bool Same => Found.ParentTheme == Plain.ParentTheme && Found.Severity >= Plain.Severity;
}

/// <summary>Classifies grave terms in every disguise, as searches without a vendor's category.</summary>
internal static class EvasionRun
{
    /// <summary>One term a line; a hash begins a remark.</summary>
    public static string[] Terms => [.. File.ReadAllLines(Repository.Path("tests", "OnlineSafety.Monitoring.TestKit", "Evasion", "grave-terms.txt")).Where(line => line.Length > 0 && line[0] != '#')];

    public static List<EvasionResult> Run(RuleSet rules)
    {
        var assessor = new Assessor(rules);
        var results = new List<EvasionResult>();
        foreach (var term in Terms)
        {
            var plain = Assess(assessor, term);
            foreach (var disguise in Disguise.All)
            {
                if (disguise.Apply(term) is { } written && written != term)
                {
                    results.Add(new EvasionResult(disguise.Name, term, written, plain, Assess(assessor, written)));
                }
            }
        }

        return results;
    }

    public static Assessment Assess(Assessor assessor, string text)
    {
        var draft = new EventDraft { Kind = ActivityKind.Search };
        draft.Set(EventField.SearchQuery, Encoding.UTF8.GetBytes(text));
        return assessor.Assess(draft, "", new AssessContext(PersonRole.Pupil, "KS3"));
    }
}
