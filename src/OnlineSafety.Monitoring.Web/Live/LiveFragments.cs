using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.Logging;
using OnlineSafety.Monitoring.Alerts.Reading;
using OnlineSafety.Monitoring.Web.Pages;
using OnlineSafety.Monitoring.Web.Queue;

namespace OnlineSafety.Monitoring.Web.Live;

/// <summary>Parts of the queue's page, made of the same components as the page itself.</summary>
internal sealed class LiveFragments(IServiceProvider services, ILoggerFactory logging)
{
    public Task<string> RowsAsync(IReadOnlyList<QueueRow> rows, bool mayAct, SchoolName school) => RenderAsync<QueueRows>(new Dictionary<string, object?>(StringComparer.Ordinal)
    {
        [nameof(QueueRows.Rows)] = rows,
        [nameof(QueueRows.MayAct)] = mayAct,
        [nameof(QueueRows.School)] = school,
    });

    public Task<string> NewsAsync(QueueNews news, string back) => RenderAsync<NewsBar>(new Dictionary<string, object?>(StringComparer.Ordinal)
    {
        [nameof(NewsBar.Alerts)] = news.Alerts,
        [nameof(NewsBar.Gravest)] = news.Gravest,
        [nameof(NewsBar.Back)] = back,
    });

    private async Task<string> RenderAsync<TComponent>(Dictionary<string, object?> parameters)
        where TComponent : IComponent
    {
        await using var renderer = new HtmlRenderer(services, logging);
        return await renderer.Dispatcher.InvokeAsync(async () =>
            (await renderer.RenderComponentAsync<TComponent>(ParameterView.FromDictionary(parameters))).ToHtmlString());
    }
}
