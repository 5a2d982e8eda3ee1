using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Classification;

/// <summary>A step from one severity to another, and how it is written down.</summary>
internal static class SeverityStep
{
    /// <summary>The product's own word for how grave it is.</summary>
    public const string VendorSeverity = "vendor.severity";

    /// <summary>The product's category says the same as the words.</summary>
    public const string VendorAgrees = "vendor.agrees";

    /// <summary>Moves a severity, and adds the step to <paramref name="reasons"/>; nothing is added where nothing moves, or the step is left out.</summary>
    public static void Move(ref Severity severity, Severity moved, string id, string version, string explanation, bool omitted, List<Reason>? reasons)
    {
        if (moved != severity && !omitted)
        {
            reasons?.Add(new Reason(id, version, "", "", -1, explanation, $"{(moved > severity ? "raised" : "lowered")} to {Words.Of(moved)}"));
            severity = moved;
        }
    }
}
