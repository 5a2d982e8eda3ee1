using OnlineSafety.Monitoring.Alerts;

namespace OnlineSafety.Monitoring.Web.People;

/// <summary>Somebody about whom there are alerts.</summary>
/// <param name="Alert">Newest alert about them: their page is found by it, so that no address of ours holds a name.</param>
public sealed record PersonRow(Guid Alert, string Name, string Role, string Gravest, int Open, int Alerts, DateTimeOffset Last)
{
    /// <summary>Years, classes and key stages, as the people list had them when the newest alert was raised.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];
}

/// <param name="Near">Nobody is called exactly so: these are called something like it.</param>
public sealed record FoundPeople(IReadOnlyList<PersonRow> People, bool Near);

/// <summary>A name by which a product knows the person, and on which evidence it is theirs.</summary>
public sealed record KnownName(string Name, string Products, string Evidence)
{
    /// <summary>The people list joins it, or did: that can be undone and given back.</summary>
    public bool IsListed { get; init; }

    /// <summary>Since when it joins nothing; null: it is theirs.</summary>
    public DateTimeOffset? ApartSince { get; init; }
}

public sealed record PersonAlert(int Number, string Severity, string Theme, string State, DateTimeOffset RaisedAt);

/// <summary>One person as every product saw them.</summary>
public sealed record PersonView(
    string Name, string Role, IReadOnlyList<KnownName> Names, IReadOnlyList<PersonAlert> Alerts, IReadOnlyList<EventView> Events, IReadOnlyDictionary<string, string> Titles, int Vendors, bool Cut)
{
    /// <summary>Years, classes and key stages, as the alert has them.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>The newest of the alerts by which the page is found.</summary>
    public Guid Alert { get; init; }

    /// <summary>As the people list would have it; empty: the person is known by a device alone.</summary>
    public string Account { get; init; } = "";

    /// <summary>Whether the reader may tell names apart.</summary>
    public bool MayTellApart { get; init; }
}
