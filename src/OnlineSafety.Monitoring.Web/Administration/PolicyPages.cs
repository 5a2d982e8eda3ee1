using System.Text.Json;
using System.Text.Json.Nodes;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Alerts.Escalation;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Web.Pages;

namespace OnlineSafety.Monitoring.Web.Administration;

/// <summary>The policy of a school: shown, tried, set. The register reads and checks it; nothing holds before somebody has seen what changes.</summary>
internal sealed class PolicyPages(PolicyRegister register, ClockForecast forecast, SchoolNames names, ThemeGuide guide, TimeProvider time)
{
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true };

    /// <param name="typed">A form that was refused; null: what holds.</param>
    /// <param name="file">A file that was refused; null: what holds.</param>
    public async Task<PolicyView> ReadAsync(SignedInStaff who, PolicyForm? typed, string? file, CancellationToken cancellationToken)
    {
        var stored = await register.FindAsync(who.School, who.Actor, cancellationToken);
        var json = stored?.Json ?? Default();
        var policy = PolicyFile.TryReadStored(json, named: null);
        IReadOnlyList<string> unheard;
        try
        {
            unheard = (await register.ProposeAsync(who.School, json, guide.Knows, who.Actor, cancellationToken)).Unheard;
        }
        catch (PolicyException error)
        {
            // It was right when it was set: somebody whom it names has left since, or a newer version of the service reads it otherwise.
            unheard = [.. error.Errors.Select(PolicyErrors.Said)];
        }

        return new PolicyView(
            stored?.Revision ?? 0, stored?.SetAt, stored?.SetBy ?? "", PolicySections.Of(policy ?? SchoolPolicy.Default, guide), unheard,
            typed ?? PolicyForms.Of(policy ?? SchoolPolicy.Default), file ?? JsonNode.Parse(json)!.ToJsonString(s_indented));
    }

    /// <summary>The stored policy with what the form says in it.</summary>
    public async Task<string> WithAsync(SignedInStaff who, PolicyForm form, CancellationToken cancellationToken) =>
        PolicyForms.Into((await register.FindAsync(who.School, who.Actor, cancellationToken))?.Json ?? Default(), form);

    /// <exception cref="PolicyException">It cannot be taken; lists every error.</exception>
    public async Task<PolicyChangeView> TryAsync(SignedInStaff who, string json, CancellationToken cancellationToken)
    {
        var proposed = await register.ProposeAsync(who.School, json, guide.Knows, who.Actor, cancellationToken);
        var clocks = await forecast.OfAsync(who.School, who.Actor, PolicyFile.TryReadStored(proposed.Json, named: null), calendar: null, cancellationToken);
        var zone = SchoolZone.Of((await names.OfAsync(who, cancellationToken)).Zone);
        return new PolicyChangeView(proposed.Json, proposed.Revision, proposed.Removed, proposed.Added, proposed.Unheard, ClockWords.Of(clocks, time.GetUtcNow(), zone));
    }

    /// <param name="revision">Of the policy that the reader saw it held against.</param>
    /// <exception cref="PolicyException">It cannot be taken; lists every error.</exception>
    /// <exception cref="SetupException">Somebody else changed the policy in the meantime.</exception>
    public async Task SetAsync(SignedInStaff who, string json, int revision, CancellationToken cancellationToken)
    {
        var proposed = await register.ProposeAsync(who.School, json, guide.Knows, who.Actor, cancellationToken);
        await register.ImportAsync(who.School, proposed with { Revision = revision }, who.Actor, cancellationToken);
    }

    private static string Default()
    {
        using var stream = typeof(PolicyFile).Assembly.GetManifestResourceStream("Policies.default.json")!;
        using var text = new StreamReader(stream);
        return text.ReadToEnd();
    }
}

/// <summary>What is wrong with a policy, for somebody who filled in a form.</summary>
internal static class PolicyErrors
{
    private static readonly (string Path, string Field)[] s_fields =
    [
        ("$.clocks.critical", "Critical"), ("$.clocks.high", "High"), ("$.clocks.medium", "Medium"), ("$.clocks.low", "Low"), ("$.clocks.lessonMinutes", "Length of a lesson"),
        ("$.clocks.atLeastMinutes", "Shortest time"), ("$.outOfHours.onCall", "On call"), ("$.outOfHours.trustNumber", "Number to ring"), ("$.outOfHours", "Out of hours"),
        ("$.trust", "The trust"), ("$.escalation.repeatEvery", "Minutes between rounds"), ("$.escalation.rounds", "Rounds"), ("$.escalation.steps", "When nobody answers"),
        ("$.silences", "Longest silence"),
    ];

    /// <summary>The name of the field in place of the path; a path that no field has stays.</summary>
    public static string Said(string error)
    {
        var text = error.Split(" See: onlinesafety", 2)[0];
        var colon = text.IndexOf(": ", StringComparison.Ordinal);
        var (path, what) = colon > 0 ? (text[..colon], text[(colon + 2)..]) : ("", text);
        return path == "$" ? what : s_fields.FirstOrDefault(field => path.StartsWith(field.Path, StringComparison.Ordinal)) is { Field: { } name } ? $"{name}: {what}" : text;
    }
}
