using System.Security.Cryptography;
using System.Text;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Tests.IntakeLog;

public sealed class SegmentPlanTests
{
    private static readonly SourceKey Target = new(Guid.NewGuid(), Guid.NewGuid());

    [Fact]
    public void ADeliveryWhoseIdCameWithAnotherBodyIsFlaggedAndKnownWhenItComesAgain()
    {
        var claims = new Dictionary<DeliveryKey, StoredClaim>();
        var conflict = Append("two");
        Store(Append("one"), claims);
        Store(conflict, claims);
        Assert.Equal(RecordFlags.DeliveryConflict, conflict.Records[0].Flags);

        var again = Append("two");
        var plan = new SegmentPlan();
        plan.Take(again, claims);
        Assert.Empty(plan.Taken);
        plan.Complete([]);
        Assert.True(again.Task.IsCompletedSuccessfully);
    }

    [Fact]
    public void WithinOneCommitToo()
    {
        var plan = new SegmentPlan();
        PendingAppend[] appends = [Append("one"), Append("two"), Append("two"), Append("one"), Append("three")];
        foreach (var append in appends)
        {
            plan.Take(append, []);
        }

        Assert.Equal([appends[0], appends[1], appends[4]], plan.Taken[Target]);
        Assert.Equal(
            [RecordFlags.None, RecordFlags.DeliveryConflict, RecordFlags.DeliveryConflict], plan.Taken[Target].Select(append => append.Records[0].Flags));
    }

    /// <summary>A commit of its own, with the claim that it leaves.</summary>
    private static void Store(PendingAppend append, Dictionary<DeliveryKey, StoredClaim> claims)
    {
        var plan = new SegmentPlan();
        plan.Take(append, claims);
        Assert.Equal([append], plan.Taken[Target]);
        claims.Add(DeliveryKey.Of(Target, append.ClaimedAs!), new StoredClaim(append.Delivery!.BodyHash.ToArray(), Guid.NewGuid(), 1, 1));
    }

    private static PendingAppend Append(string body) => new(Target, Some.Batch(body), new DeliveryClaim("delivery", SHA256.HashData(Encoding.UTF8.GetBytes(body))));
}
