using System.Text;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Classification;

/// <summary>The event that a product would have reported of a text.</summary>
internal static class ExampleEvent
{
    /// <param name="text">What was searched, written or visited.</param>
    /// <param name="kind"><c>search</c>, <c>message</c> or <c>url</c>.</param>
    /// <param name="category">A product's category; empty for none.</param>
    public static EventDraft Of(string text, string kind, string category = "")
    {
        var draft = new EventDraft();
        (draft.Kind, var field) = kind switch
        {
            "url" => (ActivityKind.Visit, EventField.Url),
            "message" => (ActivityKind.Message, EventField.Text),
            _ => (ActivityKind.Search, EventField.SearchQuery),
        };
        draft.Set(field, Encoding.UTF8.GetBytes(text));
        if (field == EventField.Url && Uri.TryCreate(text, UriKind.Absolute, out var uri))
        {
            draft.Set(EventField.UrlHost, Encoding.UTF8.GetBytes(uri.IdnHost));
        }

        if (category.Length > 0)
        {
            draft.AddCategory(Encoding.UTF8.GetBytes(category));
        }

        return draft;
    }
}
