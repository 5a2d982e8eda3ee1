using System.Globalization;
using System.Text.Json.Nodes;

namespace OnlineSafety.Monitoring.Normalization.Suggestion.Recognition;

/// <summary>
/// Times by their digits. Whether day or month comes first is decided by numbers above 12 and by nothing else: when none is, both
/// readings are choices and the field is left out, for a wrong day is worse than the time of receipt.
/// </summary>
internal sealed class TimeRecogniser : IRecogniser
{
    private const double LeastShare = 0.8;
    private const int Tried = 24;
    private const int MostFormats = 3;
    private const int YearsBack = 5;

    // Orders in which a date may be meant; formats that name their own belong to each.
    private const string Orders = "dMy";

    public IEnumerable<Claim> Look(Column column, Sample sample)
    {
        if (LooksLikeTime(column) && Read(column, sample) is { } claim)
        {
            yield return claim;
        }
    }

    /// <summary>A column of dates and one of times of day, as one time.</summary>
    public static Claim? Join(Column date, Column clock, Sample sample)
    {
        var (first, second) = (date.Cells[0], clock.Cells[0]);
        var clocks = sample.Vocabulary.Times.ReadingClock(second.Text, sample.MomentOf(second.Row)).ToList();
        var patterns = sample.Vocabulary.Times.ReadingDate(first.Text, sample.MomentOf(first.Row))
            .Concat(date.Cells.Skip(1).Take(Tried).SelectMany(cell => sample.Vocabulary.Times.ReadingDate(cell.Text, sample.MomentOf(cell.Row))))
            .Distinct(StringComparer.Ordinal)
            .SelectMany(day => clocks.Select(time => TimeFormats.Compile(day + " " + time)))
            .ToList();
        var joined = new Column(date.Name.Name, date.Order, date.Rows, [.. date.Cells
            .Where(cell => clock.In(cell.Row) is not null)
            .Select(cell => cell with { Text = cell.Text + " " + clock.In(cell.Row) })]);
        return joined.Cells.Count == 0 ? null : Decide(joined, sample, patterns, formats => new JsonObject
        {
            ["join"] = new JsonArray(date.Name.Name, clock.Name.Name),
            ["formats"] = formats,
        });
    }

    /// <summary>True for a column of dates without a time of day.</summary>
    public static bool IsDate(Column column, Sample sample) => All(column, cell => sample.Vocabulary.Times.ReadingDate(cell.Text, sample.MomentOf(cell.Row)).Any());

    /// <summary>True for a column of times of day.</summary>
    public static bool IsClock(Column column, Sample sample) => All(column, cell => sample.Vocabulary.Times.ReadingClock(cell.Text, sample.MomentOf(cell.Row)).Any());

    private static bool All(Column column, Func<Cell, bool> test) => column.Cells.Count > 0 && column.Cells.Take(Tried).All(test);

    private static bool LooksLikeTime(Column column) =>
        column.Share(value => value.Length is >= 8 and <= 40 && value.Count(char.IsAsciiDigit) is >= 5 and <= 26) >= LeastShare;

    private static Claim? Read(Column column, Sample sample)
    {
        // The formats that read some of the values are tried on all of them.
        var step = Math.Max(1, column.Cells.Count / Tried);
        var formats = new List<TimePattern>();
        for (var i = 0; i < column.Cells.Count; i += step)
        {
            var cell = column.Cells[i];
            formats.AddRange(sample.Vocabulary.Times.Reading(cell.Text, sample.MomentOf(cell.Row)).Where(format => !formats.Contains(format)));
        }

        return Decide(column, sample, formats, chosen => new JsonObject { ["from"] = column.Name.Name, ["formats"] = chosen });
    }

    private static Claim? Decide(Column column, Sample sample, List<TimePattern> patterns, Func<JsonArray, JsonObject> recipe)
    {
        var readings = Orders.Select(first => Reading.Of(first, [.. patterns.Where(pattern => pattern.First == first || pattern.First == '\0')], column, sample))
            .Where(reading => reading.Read > 0).ToList();
        if (readings.Count == 0 || readings.Max(reading => reading.Read) is var most && most < column.Cells.Count * LeastShare)
        {
            return null;
        }

        var best = readings.First(reading => reading.Read == most);
        var rivals = readings.Where(reading => reading.Read == most && !reading.Agrees(best)).ToList();
        var share = (double)most / column.Cells.Count;
        var fit = Math.Max(0, sample.Vocabulary.Fit(column.Name, Meaning.Time));
        var evidence = $"{Say.Of(share, column)} are times as {best.Named(column, sample)}";
        if (rivals.Count > 0)
        {
            return new Claim(column, Meaning.Time, (0.7 * share) + (0.1 * fit), $"{Say.Of(share, column)} are dates, and no number is above 12 that would say which is the day: {Hint(rivals.Prepend(best), column, sample)}")
            {
                Choices = [.. rivals.Prepend(best).Select(reading => new Choice(
                    reading.Flag, $"{reading.Named(column, sample)}: {reading.FarFromReceipt}", "time", recipe(reading.Names(column, sample))))],
            };
        }

        var deciding = readings.Where(reading => !reading.Agrees(best)).Select(reading => most - reading.Read).DefaultIfEmpty(0).Min();
        evidence += deciding > 0 ? $"; {Say.Number(deciding)} of them have a number above 12 that says which is the day" : "";
        return new Claim(column, Meaning.Time, (0.9 * share) + (0.1 * fit), evidence + "; " + best.FarFromReceipt) { Recipe = recipe(best.Names(column, sample)) };
    }

    private static string Hint(IEnumerable<Reading> readings, Column column, Sample sample) =>
        string.Join("; ", readings.Select(reading => $"as {reading.Named(column, sample)} {reading.FarFromReceipt}"));

    /// <summary>How far the times of a claim lie from receipt, to tell several times of one event apart.</summary>
    public static TimeSpan Distance(Claim claim, Sample sample)
    {
        var formats = (claim.Recipe ?? claim.Choices[0].Recipe)["formats"]!.AsArray().Select(format => TimeFormats.Compile(format!.GetValue<string>())).ToArray();
        return Reading.Of('\0', formats, claim.Column, sample).Median;
    }

    /// <summary>What the formats of one order make of the values.</summary>
    private sealed class Reading
    {
        private readonly DateTimeOffset?[] _instants;

        private readonly TimePattern[] _formats;
        private readonly char _first;

        private Reading(char first, TimePattern[] formats, DateTimeOffset?[] instants, TimeSpan median)
        {
            _first = first;
            _formats = formats;
            _instants = instants;
            Median = median;
        }

        public TimeSpan Median { get; }

        public int Read => _instants.Count(instant => instant is not null);

        public string Flag => _first switch { 'd' => "--day-first", 'M' => "--month-first", _ => "--year-first" };

        public string FarFromReceipt => string.Create(CultureInfo.InvariantCulture, $"half of them lie within {Span(Median)} of when we received them");

        public bool Agrees(Reading other) => _instants.AsSpan().SequenceEqual(other._instants);

        public static Reading Of(char first, TimePattern[] formats, Column column, Sample sample)
        {
            var instants = new DateTimeOffset?[column.Cells.Count];
            var gaps = new List<TimeSpan>();
            for (var i = 0; i < instants.Length; i++)
            {
                var cell = column.Cells[i];
                var moment = sample.MomentOf(cell.Row);
                foreach (var format in formats)
                {
                    if (format.TryRead(cell.Text, moment, out var instant) && IsPlausible(instant, moment.ReceivedAt))
                    {
                        instants[i] = instant;
                        gaps.Add((instant - moment.ReceivedAt).Duration());
                        break;
                    }
                }
            }

            gaps.Sort();
            return new Reading(first, formats, instants, gaps.Count == 0 ? TimeSpan.MaxValue : gaps[gaps.Count / 2]);
        }

        /// <summary>The fewest formats that read what all of them do.</summary>
        public JsonArray Names(Column column, Sample sample)
        {
            var left = column.Cells.Where((_, i) => _instants[i] is not null).ToList();
            var names = new JsonArray();
            while (left.Count > 0 && names.Count < MostFormats)
            {
                var best = _formats.MaxBy(format => left.Count(cell => format.TryRead(cell.Text, sample.MomentOf(cell.Row), out _)))!;
                left.RemoveAll(cell => best.TryRead(cell.Text, sample.MomentOf(cell.Row), out _));
                names.Add(best.Format);
            }

            return names;
        }

        public string Named(Column column, Sample sample) => string.Join(" or ", Names(column, sample).Select(name => name!.GetValue<string>()));

        // By the year alone: what lies ahead within a year may still be a day taken for a month.
        private static bool IsPlausible(DateTimeOffset instant, DateTimeOffset receivedAt) =>
            instant.Year >= receivedAt.Year - YearsBack && instant.Year <= receivedAt.Year + 1;

        private static string Span(TimeSpan span) => span switch
        {
            { TotalDays: >= 2 } => string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(span.TotalDays):0} days"),
            { TotalHours: >= 2 } => string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(span.TotalHours):0} hours"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(1, Math.Ceiling(span.TotalMinutes)):0} min"),
        };
    }
}
