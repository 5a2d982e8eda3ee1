using System.Text.Json;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Classification;

/// <summary>One labelled case as the classifier may see it: none of its labels, only what a vendor would have sent.</summary>
internal sealed record EvaluationCase(
    string Id, string Kind, string Action, string Vendor, string VendorCategory, string Text, string Url, string UserRole, string KeyStage)
{
    /// <summary>Reads a line; throws <see cref="JsonException"/> when it is no JSON object with an id.</summary>
    public static EvaluationCase Parse(string line)
    {
        using var json = JsonDocument.Parse(line);
        var root = json.RootElement;
        if (root.ValueKind != JsonValueKind.Object || String(root, "id") is not { Length: > 0 } id)
        {
            throw new JsonException("A case is a JSON object with an id.");
        }

        return new EvaluationCase(
            id, String(root, "kind"), String(root, "action"), String(root, "vendor"), String(root, "vendorCategory"),
            String(root, "text"), String(root, "url"), String(root, "userRole"), String(root, "keyStage"));
    }

    public AssessContext Context =>
        new(UserRole switch { "pupil" => PersonRole.Pupil, "staff" => PersonRole.Staff, _ => PersonRole.Unknown }, KeyStage);

    /// <summary>The event that a mapping would have made of it.</summary>
    public void Fill(EventDraft draft)
    {
        draft.Reset();
        (draft.Kind, var field) = Kind switch
        {
            "search" => (ActivityKind.Search, EventField.SearchQuery),
            "url" => (ActivityKind.Visit, EventField.Text),
            "app" => (ActivityKind.App, EventField.App),
            _ => (ActivityKind.Typed, EventField.Text),
        };
        draft.Action = Action switch
        {
            "blocked" => DeviceAction.Blocked,
            "allowed" => DeviceAction.Allowed,
            _ => DeviceAction.Observed,
        };
        Set(draft, field, Text);
        Set(draft, EventField.Url, Url);
        Set(draft, EventField.UrlHost, Uri.TryCreate(Url, UriKind.Absolute, out var uri) ? uri.IdnHost : "");
        if (VendorCategory.Length > 0)
        {
            draft.AddCategory(System.Text.Encoding.UTF8.GetBytes(VendorCategory));
        }
    }

    private static void Set(EventDraft draft, EventField field, string text)
    {
        if (text.Length > 0)
        {
            draft.Set(field, System.Text.Encoding.UTF8.GetBytes(text));
        }
    }

    private static string String(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() ?? "" : "";
}
