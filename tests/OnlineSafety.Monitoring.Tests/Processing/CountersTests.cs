using System.Globalization;
using System.Text;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Processing;

namespace OnlineSafety.Monitoring.Tests.Processing;

public sealed class CountersTests
{
    [Fact]
    public void AProductThatInventsCategoriesDoesNotTakeTheNamesFromTheNextRange()
    {
        var counters = new Counters();
        for (var i = 0; i < 5000; i++)
        {
            Add(counters, "invented " + i.ToString(CultureInfo.InvariantCulture));
        }

        Assert.Contains(counters.Counts.Keys, k => k.Category == "(other)");
        counters.Clear();
        Add(counters, "Education");
        Assert.Equal("Education", Assert.Single(counters.Counts.Keys).Category);
    }

    [Fact]
    public void AnEndlessCategoryIsCut()
    {
        var counters = new Counters();
        Add(counters, new string('x', 199) + "\U0001F600" + new string('y', 100_000));
        var name = Assert.Single(counters.Counts.Keys).Category;
        Assert.InRange(name.Length, 100, 200);
        Assert.DoesNotContain(name, char.IsSurrogate);
    }

    private static void Add(Counters counters, string category)
    {
        var draft = new EventDraft { OccurredAt = DateTimeOffset.UnixEpoch };
        draft.AddCategory(Encoding.UTF8.GetBytes(category));
        counters.Add(draft, "none", PersonRole.Unknown, "", "unknown");
    }
}
