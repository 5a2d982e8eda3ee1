using System.Net;
using System.Net.Sockets;
using System.Reflection;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.People;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Storage.Hosting;

namespace OnlineSafety.Monitoring.App.Demo;

/// <summary>A source of the demonstration, with a key that works.</summary>
internal sealed record DemoSource(Guid Id, string Key, SourceDoor Door, int? Port, Samples Samples);

/// <summary>Makes the demonstration's school, staff, people and sources, or finds those of an earlier run by name.</summary>
internal sealed class DemoSchool(MonitoringDatabase database, SchoolSeals seals, TimeProvider time)
{
    public const string Name = "Demo School";

    private static readonly NewStaff[] Staff =
    [
        new("Dana Lead", "dsl@demo-school.example", ["dsl", "digest"], ["dlead"]),
        new("Hana Head", "head@demo-school.example", ["head"], ["hhead"]),
        new("Gus Governor", "digest@demo-school.example", ["digest"], []),
    ];

    private readonly Database _setup = database[DatabaseRole.Setup];

    public async Task<Guid> EnsureAsync(Actor actor, CancellationToken cancellationToken)
    {
        var schools = new SchoolRegister(_setup);
        var known = (await schools.ListAsync(actor, cancellationToken)).FirstOrDefault(s => s.Name == Name);
        var school = (known ?? await schools.AddAsync(Name, "", actor, cancellationToken)).SchoolId;
        var register = new StaffRegister(_setup, new PupilNames(() => seals));
        var present = (await new StaffList(_setup).ListAsync(school, actor, cancellationToken)).Select(s => s.Email).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var member in Staff.Where(s => !present.Contains(s.Email)))
        {
            await register.AddAsync(school, member, actor, cancellationToken);
        }

        await using var list = Assembly.GetExecutingAssembly().GetManifestResourceStream("Demo.people.csv")!;
        var people = PeopleFile.Read(list, DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime));
        await new PeopleImport(_setup, seals, time).RunAsync(school, people, skipBad: false, actor, _ => { }, cancellationToken);
        return school;
    }

    /// <summary>One source for each door that a product's samples use. A known one gets a new key, since the old one cannot be shown.</summary>
    public async Task<IReadOnlyList<DemoSource>> SourcesAsync(Guid school, IReadOnlyList<Samples> samples, Actor actor, CancellationToken cancellationToken)
    {
        var register = new SourceRegister(_setup, time);
        var known = await register.ListAsync(school, actor, cancellationToken);
        var sources = new List<DemoSource>();
        // A port is given once, also when nobody listens on it yet.
        var ports = known.Select(k => k.Source.Port).OfType<int>().ToHashSet();
        foreach (var product in samples)
        {
            foreach (var door in product.Doors)
            {
                var name = $"Demo {product.Product} {door.ToString().ToLowerInvariant()}";
                var present = known.FirstOrDefault(k => k.Source.Name == name && k.Source.Enabled);
                var issued = present is null
                    ? await register.AddAsync(school, Wanted(product.Product, door, name, ports), actor, cancellationToken)
                    : await register.RotateKeyAsync(present.Source.SourceId, OldKeys.EndAll, actor, cancellationToken);
                sources.Add(new DemoSource(issued.Source.SourceId, issued.Key, door, issued.Source.Port, product));
            }
        }

        return sources;
    }

    // A port of its own: lines without any header could not be told apart on the common one.
    private static NewSource Wanted(string product, SourceDoor door, string name, HashSet<int> given) => new()
    {
        Product = product,
        Door = door,
        Name = name,
        Port = door == SourceDoor.Syslog ? FreePort(given) : null,
    };

    // The system may name a port twice until somebody listens on it; a thousand times in a row it does not.
    private static int FreePort(HashSet<int> given)
    {
        for (var turn = 0; turn < 1_000; turn++)
        {
            if (FreePort() is var port && given.Add(port))
            {
                return port;
            }
        }

        throw new SetupException("No port of 127.0.0.1 is free for a source of the demonstration. Stop what holds them, and start it again.");
    }

    /// <summary>A port that is free now; the window until it is taken is small and a demonstration can be started again.</summary>
    public static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
