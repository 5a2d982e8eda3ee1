using OnlineSafety.Monitoring.Access.Audit;

namespace OnlineSafety.Monitoring.Tests.Access.Audit;

public sealed class AuditEntryTests
{
    private static readonly AuditEntry Entry = new()
    {
        School = Guid.Parse("5b0c4d3e-0000-4000-8000-000000000001"),
        Sequence = 7,
        At = new DateTimeOffset(2026, 11, 25, 9, 14, 7, TimeSpan.Zero),
        ActorKind = "staff",
        ActorId = Guid.Parse("5b0c4d3e-0000-4000-8000-000000000002"),
        ActorName = "A. Example",
        Action = "alert.show",
        Object = "12",
        Reason = "asked by the head",
        Salt = new byte[16],
        DetailHash = new byte[32],
        PreviousHash = new byte[32],
        Hash = [],
    };

    public static TheoryData<string> Changes => [.. Changed.Keys];

    private static Dictionary<string, AuditEntry> Changed { get; } = new(StringComparer.Ordinal)
    {
        ["school"] = Entry with { School = Guid.Empty },
        ["sequence"] = Entry with { Sequence = 8 },
        ["time"] = Entry with { At = Entry.At.AddMicroseconds(1) },
        ["kind"] = Entry with { ActorKind = "operator" },
        ["no actor"] = Entry with { ActorId = null },
        ["another actor"] = Entry with { ActorId = Guid.Empty },
        ["name"] = Entry with { ActorName = "B. Example" },
        ["action"] = Entry with { Action = "alert.list" },
        ["a letter that moved"] = Entry with { ActorName = "A. Examplea", Action = "lert.show" },
        ["detail"] = Entry with { DetailHash = [1, .. new byte[31]] },
        ["previous"] = Entry with { PreviousHash = [1, .. new byte[31]] },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void EveryPartIsInTheHash(string what) => Assert.NotEqual(Entry.ComputedHash(), Changed[what].ComputedHash());

    [Fact]
    public void ObjectReasonAndSaltAreInTheHashOfTheDetailAlone()
    {
        AuditEntry[] others = [Entry with { Object = "13" }, Entry with { Reason = null }, Entry with { Reason = "" }, Entry with { Object = "12a", Reason = "sked by the head" }, Entry with { Salt = new byte[15] }];

        Assert.All(others, other => Assert.NotEqual(Entry.ComputedDetailHash(), other.ComputedDetailHash()));
        Assert.Equal(others.Length, others.Select(other => Convert.ToHexString(other.ComputedDetailHash()!)).Distinct(StringComparer.Ordinal).Count());
        Assert.All(others, other => Assert.Equal(Entry.ComputedHash(), other.ComputedHash()));
    }

    [Fact]
    public void WhatWasErasedHasNoHashOfItsOwnAndTheEntryStillHas()
    {
        var erased = Entry with { Object = null, Reason = null, Salt = null };

        Assert.True(erased.Erased);
        Assert.Null(erased.ComputedDetailHash());
        Assert.Equal(Entry.ComputedHash(), erased.ComputedHash());
    }

    [Fact]
    public void AnAnchorIsReadBackFromAMailThatBrokeItsLine()
    {
        var anchor = AuditAnchor.Of(Entry.School, 1234, Entry.ComputedHash());
        var mail = $"The record of who looked at what has the anchor {anchor.ToString().Insert(20, "=\r\n")}. And osa1-2-aaaaa-bbbbb-ccccc-ddddd-eeeee.";

        Assert.Equal([anchor, new AuditAnchor(2, "AAAAABBBBBCCCCCDDDDDEEEEE")], AuditAnchor.ReadAll(mail));
        Assert.Matches("^OSA2-1234(-[A-Z2-7]{5}){6}$", anchor.ToString());
        // As digests printed it before.
        Assert.Equal([anchor.Untagged], AuditAnchor.ReadAll(anchor.Untagged.ToString()));
        Assert.NotEqual(anchor.School, AuditAnchor.TagOf(Guid.NewGuid()));
    }

    [Theory]
    [InlineData("OSM1-20261125-ABCDE-FGHIJ-KLMNO-PQRST-UVWXY")]
    [InlineData("OSA1-1234-ABCDE-FGHIJ-KLMNO-PQRST")]
    [InlineData("OSA2-1234-ABCDE-FGHIJ-KLMNO-PQRST-UVWXY")]
    [InlineData("")]
    public void WhatIsNoAnchorIsNone(string text) => Assert.Empty(AuditAnchor.ReadAll(text));
}
