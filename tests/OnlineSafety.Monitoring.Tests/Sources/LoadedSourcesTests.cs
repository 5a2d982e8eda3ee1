using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Sources.Authentication;

namespace OnlineSafety.Monitoring.Tests.Sources;

public sealed class LoadedSourcesTests
{
    private static readonly LoadedSchool Holding = new(SchoolRegister.HoldingId, School.Unassigned, Closed: false);
    private static readonly LoadedSchool Ash = new(Guid.NewGuid(), "school", Closed: false);
    private static readonly LoadedSchool Birch = new(Guid.NewGuid(), "school", Closed: false);

    [Fact]
    public void WhatMatchesNoSourceIsTheOnlySchoolsUnlessAnotherIsThereOrWasThere()
    {
        Assert.Equal(Ash.School, LoadedSources.OwnerOfUnassigned([Holding, Ash]));
        Assert.Equal(Holding.School, LoadedSources.OwnerOfUnassigned([Holding, Ash, Birch]));
        // One that left may go on sending: neither to itself, nor to the one that is still here.
        Assert.Equal(Holding.School, LoadedSources.OwnerOfUnassigned([Holding, Ash with { Closed = true }]));
        Assert.Equal(Holding.School, LoadedSources.OwnerOfUnassigned([Holding, Ash with { Closed = true }, Birch]));
    }

    [Fact]
    public void SourcesOfASchoolThatLeftAreKnownAndNotHeard()
    {
        var (ash, birch) = (SourceOf(Ash.School), SourceOf(Birch.School));
        var open = new LoadedSources([ash, birch], [Holding, Ash, Birch], RegisteredProofs.None);
        var left = new LoadedSources([ash, birch], [Holding, Ash with { Closed = true }, Birch], RegisteredProofs.None);

        Assert.Equal([birch.SourceId], left.Sources.Select(source => source.Key.Source));
        Assert.Equal([ash.SourceId], left.Closed.Select(source => source.Key.Source));
        Assert.False(left.ById.ContainsKey(ash.SourceId));
        Assert.False(left.SameAs(open));
    }

    [Fact]
    public void SourcesOutOfUseAreKnownAndNotHeard()
    {
        var (ash, birch) = (SourceOf(Ash.School), SourceOf(Birch.School));
        var before = new LoadedSources([ash, birch], [Holding, Ash, Birch], RegisteredProofs.None);
        ash.Enabled = false;
        var after = new LoadedSources([ash, birch], [Holding, Ash, Birch], RegisteredProofs.None);

        Assert.Equal([birch.SourceId], after.Sources.Select(source => source.Key.Source));
        Assert.Equal([ash.SourceId], after.Disabled.Select(source => source.Key.Source));
        Assert.False(after.ById.ContainsKey(ash.SourceId));
        Assert.False(after.SameAs(before));
    }

    private static Source SourceOf(Guid school) => new() { SchoolId = school, SourceId = Guid.NewGuid(), Name = "Filter", Product = "protex", Door = (short)SourceDoor.Webhook };
}
