using OnlineSafety.Monitoring.IntegrationTests;
using OnlineSafety.Monitoring.IntegrationTests.Faults;
using Xunit.Abstractions;

// Most tests wait for a database, a process or a clock: twice as many at once as there are processors keep these busy.
[assembly: CollectionBehavior(MaxParallelThreads = 4)]
[assembly: TestCollectionOrderer("OnlineSafety.Monitoring.IntegrationTests.LongestFirst", "OnlineSafety.Monitoring.IntegrationTests")]

namespace OnlineSafety.Monitoring.IntegrationTests;

/// <summary>The longest rows begin first, so that none is left to run alone at the end.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] First =
    [
        FaultLanes.Harm, FaultLanes.Points, PostgresCollection.Name,
        Alone<SimulatedTrust.TrustDayTests>(), Alone<Storage.AccessMatrixTests>(), Alone<TestRun.RunScriptTests>(), Alone<Digests.DigestYearTests>(), Alone<Access.Crossings.TwinSchoolsTests>(),
    ];

    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections.OrderBy(collection => Array.IndexOf(First, collection.DisplayName) is var place && place < 0 ? First.Length : place)
            .ThenBy(collection => collection.DisplayName, StringComparer.Ordinal);

    // What xunit calls the row of a class that belongs to no other.
    private static string Alone<T>() => $"Test collection for {typeof(T).FullName}";
}
