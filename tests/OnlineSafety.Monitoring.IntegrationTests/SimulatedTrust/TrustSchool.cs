using OnlineSafety.Monitoring.Notifications;

namespace OnlineSafety.Monitoring.IntegrationTests.SimulatedTrust;

/// <summary>How somebody answers mail.</summary>
internal enum Manner
{
    /// <summary>Within minutes, in school hours.</summary>
    Prompt,

    /// <summary>After an hour or more, in school hours.</summary>
    Slow,

    /// <summary>Reads at any hour: on call, or somebody who cannot leave it.</summary>
    Always,

    /// <summary>Never: ill, or a mailbox that nobody reads.</summary>
    Absent,
}

/// <summary>A member of staff of an invented school.</summary>
internal sealed record TrustMember(Guid Id, string Name, string Email, IReadOnlyList<string> Roles, Manner Manner)
{
    public StaffMember Told { get; } = new(Id, Roles, Enabled: true);

    public bool Is(string role) => Roles.Contains(role, StringComparer.Ordinal);
}

/// <summary>An invented school: who works there, and what it decided.</summary>
/// <param name="Policy">JSON as in schemas/policies; null: the default holds.</param>
internal sealed record TrustSchool(int Number, Guid Id, string Name, IReadOnlyList<TrustMember> Staff, string? Policy)
{
    public const int Count = 20;

    /// <summary>Its DSL's mailbox refuses mail.</summary>
    public bool RefusesMail => Number == 17;

    /// <summary>Tells an SMS gateway of critical alerts too.</summary>
    public bool HasGateway => Number % 5 == 0;

    public TrustMember? With(Guid id) => Staff.FirstOrDefault(member => member.Id == id);

    public static TrustSchool Make(int number, Random random)
    {
        var name = $"{Names[number - 1]} School";
        List<TrustMember> staff =
        [
            Member("dsl", number == 3 ? ["dsl", "head"] : ["dsl"], number switch { 7 or 13 => Manner.Absent, _ when number % 4 == 0 => Manner.Slow, _ => Manner.Prompt }),
            Member("deputy", ["deputy"], number is 7 or 13 ? Manner.Absent : Manner.Slow),
            Member("chair", ["chair"], number == 13 ? Manner.Absent : Manner.Prompt),
            Member("governor", ["digest"], Manner.Absent),
            // Its desk is a name in the policy and no role.
            Member("trust", ["it"], number == 13 ? Manner.Absent : Manner.Prompt),
        ];
        if (number != 3)
        {
            staff.Add(Member("head", ["head"], number == 13 ? Manner.Absent : number % 4 == 2 ? Manner.Always : Manner.Prompt));
        }

        return new TrustSchool(number, NewGuid(), name, staff, PolicyOf(number));

        TrustMember Member(string who, string[] roles, Manner manner) => new(NewGuid(), who, $"{who}@school{number}.example.test", roles, manner);

        // The same trust every time.
        Guid NewGuid()
        {
            var bytes = new byte[16];
            random.NextBytes(bytes);
            return new Guid(bytes);
        }
    }

    private static string? PolicyOf(int number) => (number % 4) switch
    {
        0 => null,
        1 => $$"""{ "outOfHours": { "choice": "trustNumber", "trustNumber": "0300 123 4567" }, "trust": ["trust@school{{number}}.example.test"] }""",
        2 => $$"""{ "outOfHours": { "choice": "onCall", "onCall": ["head"] }, "trust": ["trust@school{{number}}.example.test"] }""",
        _ => $$"""{ "clocks": { "critical": 20, "high": 60 }, "trust": ["trust@school{{number}}.example.test"] }""",
    };

    private static readonly string[] Names =
    [
        "Alder", "Beech", "Cedar", "Damson", "Elm", "Fir", "Gorse", "Hazel", "Ivy", "Juniper", "Kestrel", "Larch", "Maple", "Nettle", "Oak", "Poplar", "Quince", "Rowan", "Spruce", "Thorn",
    ];
}
