using OnlineSafety.Monitoring.Alerts;

namespace OnlineSafety.Monitoring.Web.People;

/// <summary>Somebody about whom there are alerts.</summary>
/// <param name="Alert">Newest alert about them: their page is found by it, so that no address of ours holds a name.</param>
public sealed record PersonRow(Guid Alert, string Name, string Role, string Gravest, int Open, int Alerts, DateTimeOffset Last);

/// <summary>A name by which a product knows the person, and on which evidence it is theirs.</summary>
public sealed record KnownName(string Name, string Products, string Evidence);

public sealed record PersonAlert(int Number, string Severity, string Theme, string State, DateTimeOffset RaisedAt);

/// <summary>One person as every product saw them.</summary>
public sealed record PersonView(
    string Name, string Role, IReadOnlyList<KnownName> Names, IReadOnlyList<PersonAlert> Alerts, IReadOnlyList<EventView> Events, IReadOnlyDictionary<string, string> Titles, int Vendors, bool Cut);
