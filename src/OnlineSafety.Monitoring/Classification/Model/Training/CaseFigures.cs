using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Classification.Model.Training;

/// <summary>How well assessments meet what people say of the cases.</summary>
internal sealed class CaseFigures
{
    private const int Risks = (int)Risk.Commerce + 1;

    private readonly int[] _right = new int[Risks];
    private readonly int[] _said = new int[Risks];
    private readonly int[] _is = new int[Risks];
    private readonly SortedDictionary<string, Tally> _themes = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, Tally> Themes => _themes;

    /// <summary>Of cases that ask for high or critical: the share found as high or above.</summary>
    public double HighRecall => Share(_themes.Values.Sum(t => t.HighFound), High);

    /// <summary>The share of them found as medium or above.</summary>
    public double HighAtMedium => Share(_themes.Values.Sum(t => t.HighAtMedium), High);

    public double BenignMedium => Share(Benign.AtMedium, Benign.Cases);

    public double BenignHigh => Share(Benign.AtHigh, Benign.Cases);

    /// <summary>Of cases that are not benign: the share whose theme is right.</summary>
    public double ThemeRight => Share(Risky.Sum(t => t.ThemeRight), Risky.Sum(t => t.Cases));

    /// <summary>Mean of the F1 of the 4 Cs and of none.</summary>
    public double MacroF1 => Enumerable.Range(0, Risks).Average(r => Share(2 * _right[r], _said[r] + _is[r]));

    public int Cases => _themes.Values.Sum(t => t.Cases);

    public int High => _themes.Values.Sum(t => t.High);

    public Tally Benign => _themes.GetValueOrDefault(Assessment.NoTheme) ?? new Tally();

    private IEnumerable<Tally> Risky => _themes.Where(t => t.Key != Assessment.NoTheme).Select(t => t.Value);

    public void Add(LabelledCase one, Assessment found)
    {
        if (!_themes.TryGetValue(one.Label.Theme, out var tally))
        {
            _themes.Add(one.Label.Theme, tally = new Tally());
        }

        var grave = one.AtLeast >= Severity.High;
        tally.Cases++;
        tally.High += grave ? 1 : 0;
        tally.HighFound += grave && found.Severity >= Severity.High ? 1 : 0;
        tally.HighAtMedium += grave && found.Severity >= Severity.Medium ? 1 : 0;
        tally.AtMedium += found.Severity >= Severity.Medium ? 1 : 0;
        tally.AtHigh += found.Severity >= Severity.High ? 1 : 0;
        tally.ThemeRight += one.Means(found.ParentTheme) ? 1 : 0;

        // Where several risks are accepted, the one that was said is the right one.
        var said = Words.Of(found.Risk);
        var wanted = one.Accepted.Any(label => label.Risk == said) ? said : one.Label.Risk;
        var risk = Enum.Parse<Risk>(wanted, ignoreCase: true);
        _said[(int)found.Risk]++;
        _is[(int)risk]++;
        _right[(int)risk] += risk == found.Risk ? 1 : 0;
    }

    private static double Share(int part, int whole) => whole == 0 ? 0 : part / (double)whole;

    /// <summary>What became of the cases of one theme.</summary>
    internal sealed class Tally
    {
        public int Cases { get; set; }

        public int High { get; set; }

        public int HighFound { get; set; }

        public int HighAtMedium { get; set; }

        public int AtMedium { get; set; }

        public int AtHigh { get; set; }

        public int ThemeRight { get; set; }
    }
}
