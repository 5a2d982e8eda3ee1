using Microsoft.Extensions.DependencyInjection;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Alerts.Silences;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.Web.Silences;

/// <summary>The silences of a school for one person. What one may be of is the register's to say; here it is only put in words.</summary>
internal sealed class SilencePages([FromKeyedServices(DatabaseRole.Console)] Database console, PolicyDirectory policies, ThemeGuide guide, TimeProvider time)
{
    private const int ShownEnded = 50;

    // One that lasts the longest time is not refused for the moments that this took.
    private static readonly TimeSpan s_moments = TimeSpan.FromSeconds(30);

    private readonly SilenceRegister _register = new(console, policies, new SilenceVocabulary(guide.Knows, static _ => false), time);

    public async Task<SilencesView> ReadAsync(SignedInStaff who, CancellationToken cancellationToken)
    {
        var all = await _register.ListAsync(who.School, who.Actor, ended: true, cancellationToken);
        await using var session = await console.OpenAsync(who.School, who.Actor, cancellationToken);
        var sources = await session.RowsAsync(
            "SELECT source_id, name FROM source WHERE school_id = $1 AND enabled AND NOT unassigned ORDER BY name", [who.School],
            row => new SilenceChoice(row.GetGuid(0).ToString(), row.GetString(1)), cancellationToken);
        var policy = await policies.OfAsync(session, who.School, cancellationToken);
        return new SilencesView(
            [.. all.Where(silence => silence.State != "ended").Select(RowOf)], [.. all.Where(silence => silence.State == "ended").Take(ShownEnded).Select(RowOf)],
            sources, [.. guide.All.Select(theme => new SilenceChoice(theme.Code, theme.Title))], policy.Policy.LongestSilenceDays);

        SilenceRow RowOf(SilenceView silence) => new(
            silence, silence.Theme is { } theme ? guide.LabelOf(theme) : "", silence.State == "waiting" && silence.Author != who.Actor.Name);
    }

    /// <exception cref="SetupException">Something in it is wrong.</exception>
    public Task<SilencePreview> PreviewAsync(SignedInStaff who, SilenceForm form, CancellationToken cancellationToken) =>
        _register.PreviewAsync(who.School, who.Actor, ScopeOf(form), cancellationToken);

    /// <exception cref="SetupException">Something in it is wrong, or the reader is nobody who answers alerts about pupils.</exception>
    public Task AddAsync(SignedInStaff who, SilenceForm form, CancellationToken cancellationToken) =>
        _register.AddAsync(who.School, who.Actor, new NewSilence(ScopeOf(form), form.Reason, time.GetUtcNow().AddDays(form.Days) - s_moments), cancellationToken);

    public Task ApproveAsync(SignedInStaff who, Guid silence, CancellationToken cancellationToken) => _register.ApproveAsync(who.School, who.Actor, silence, cancellationToken);

    public Task EndAsync(SignedInStaff who, Guid silence, CancellationToken cancellationToken) => _register.EndAsync(who.School, who.Actor, silence, cancellationToken);

    private SilenceScope ScopeOf(SilenceForm form)
    {
        var theme = form.Theme.Length == 0 ? null : guide.Knows(form.Theme) ? form.Theme : throw new SetupException("Choose a theme from the list.");
        Guid? source = form.Source.Length == 0 ? null : Guid.TryParse(form.Source, out var id) ? id : throw new SetupException("Choose a source from the list.");
        if (source is null && theme is null)
        {
            throw new SetupException("Say what is silenced: choose a source, a theme, or both. Everything together cannot be silenced.");
        }

        if (!Words.TryRead<Severity>(form.UpTo, out var most) || most is not (Severity.Low or Severity.Medium or Severity.High))
        {
            throw new SetupException("Choose up to which severity. A critical alert is never silenced.");
        }

        if (form.Reason.Trim().Length == 0)
        {
            throw new SetupException("Say why.");
        }

        return new SilenceScope(source, theme, Rule: null, most);
    }
}
