using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Classification;

/// <summary>Fields as reasons call them.</summary>
internal static class ReasonFields
{
    public static string Of(EventField field) => field switch
    {
        EventField.SearchQuery => "searchQuery",
        EventField.Text => "text",
        EventField.App => "app",
        EventField.VendorReason => "vendorReason",
        _ => "url",
    };
}
