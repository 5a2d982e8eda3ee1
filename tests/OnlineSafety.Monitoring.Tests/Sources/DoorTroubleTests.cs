using OnlineSafety.Monitoring.Intake.Http;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.Tests.Sources;

public sealed class DoorTroubleTests
{
    [Fact]
    public void EveryKindHasAWordOfItsOwn()
    {
        var words = Enum.GetValues<DoorTroubleKind>().Select(DoorTroubleWords.Of).ToList();

        Assert.Equal(words.Count, words.Distinct(StringComparer.Ordinal).Count());
    }

    [Theory]
    [InlineData(IntakeReason.Unauthorized, DoorTroubleKind.WrongKey)]
    [InlineData(IntakeReason.SigningSecretMissing, DoorTroubleKind.WrongSignature)]
    [InlineData(IntakeReason.SignatureMissing, DoorTroubleKind.WrongSignature)]
    [InlineData(IntakeReason.SignatureMalformed, DoorTroubleKind.WrongSignature)]
    [InlineData(IntakeReason.SignatureWrong, DoorTroubleKind.WrongSignature)]
    [InlineData(IntakeReason.TimestampOutside, DoorTroubleKind.WrongTime)]
    [InlineData(IntakeReason.ExpandedTooLarge, DoorTroubleKind.TooLarge)]
    [InlineData(IntakeReason.TooManyRecords, DoorTroubleKind.TooLarge)]
    [InlineData(IntakeReason.SourceBusy, DoorTroubleKind.TooManyRequests)]
    [InlineData(IntakeReason.LogBusy, DoorTroubleKind.TooManyRequests)]
    [InlineData(IntakeReason.EncodingUnsupported, DoorTroubleKind.NotReadable)]
    [InlineData(IntakeReason.BodyTooSlow, DoorTroubleKind.NotReadable)]
    [InlineData(IntakeReason.DeliveryIdInvalid, DoorTroubleKind.NotReadable)]
    internal void ARefusalIsATroubleOfItsSource(IntakeReason reason, DoorTroubleKind kind) => Assert.Equal(kind, RefusedDeliveries.KindOf(reason));

    [Fact]
    public void ALogThatIsAwayIsNoTroubleOfASource() => Assert.Null(RefusedDeliveries.KindOf(IntakeReason.LogUnavailable));
}
