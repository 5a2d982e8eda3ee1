using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Web.Sources;

/// <summary>The fields of the common event as an alert's page calls them; what is not here says itself what it is.</summary>
internal static class FieldLabels
{
    public static string Of(string field) => field switch
    {
        "time" => "When",
        "user" => "Account",
        "userAsSent" => "Account, as sent",
        "group" => "Year, class or group",
        "role" => "Role",
        "deviceHost" => "Device",
        "deviceIp" => "Device address",
        "url" => "Address visited",
        "searchQuery" => "Searched for",
        "text" => "Words",
        "app" => "App",
        "categories" => "Categories",
        "action" => "What the product did",
        "kind" => "What was done",
        "severity" => "How grave, by the product",
        "theme" => "Theme of the product",
        "reason" => "Reason of the product",
        "userAgent" => "Browser, as it names itself",
        "ignore" => "Not kept",
        "unmapped" => "Kept, used by nothing",
        _ => British.Capital(field),
    };
}
