using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Web.Administration;

/// <summary>A policy as a form, and a form as a policy. Pure; what it says is checked by <see cref="PolicyFile"/> alone.</summary>
internal static class PolicyForms
{
    private const string Minutes = "minutes";

    /// <summary>Steps that a form has room for; a policy with more is changed as a file.</summary>
    public const int MostSteps = 6;

    private static readonly Severity[] s_severities = [Severity.Critical, Severity.High, Severity.Medium, Severity.Low];

    public static PolicyForm Of(SchoolPolicy policy) => new()
    {
        Clocks = [.. s_severities.Select(severity => ClockOf(Words.Of(severity), policy.Clocks.Of(severity)!.Value))],
        LessonMinutes = Number(policy.Clocks.LessonMinutes),
        AtLeastMinutes = Number(policy.Clocks.AtLeastMinutes),
        OutOfHours = policy.OutOfHours.Choice switch { OutOfHoursChoice.OnCall => "onCall", OutOfHoursChoice.TrustNumber => "trustNumber", _ => "notWatched" },
        TrustNumber = policy.OutOfHours.TrustNumber,
        OnCall = DesksOf(policy.OutOfHours.OnCall),
        Trust = string.Join('\n', policy.Trust),
        Steps = [.. policy.Escalation.Steps.Select(step => new PolicyStepField(Number((int)step.After.TotalMinutes), DesksOf(step.Tell)))],
        RepeatEvery = Number((int)policy.Escalation.RepeatEvery.TotalMinutes),
        Rounds = Number(policy.Escalation.Rounds),
        LongestSilence = Number(policy.LongestSilenceDays),
    };

    public static PolicyForm Read(IFormCollection sent) => new()
    {
        Clocks = [.. s_severities.Select(Words.Of).Select(name => new PolicyClockField(name, sent[name].ToString(), sent[name + "-minutes"].ToString()))],
        LessonMinutes = sent["lesson"].ToString(),
        AtLeastMinutes = sent["least"].ToString(),
        OutOfHours = sent["hours"].ToString(),
        TrustNumber = sent["number"].ToString(),
        OnCall = DesksIn(sent, "on-call"),
        Trust = sent["trust"].ToString(),
        Steps = [.. Enumerable.Range(1, MostSteps).Select(step => new PolicyStepField(sent[$"after-{step}"].ToString().Trim(), DesksIn(sent, $"tell-{step}"))).Where(step => step.After.Length > 0)],
        RepeatEvery = sent["repeat"].ToString(),
        Rounds = sent["rounds"].ToString(),
        LongestSilence = sent["silence"].ToString(),
    };

    /// <summary>The stored policy with what the form says in place of what it said; all else stays.</summary>
    public static string Into(string stored, PolicyForm form)
    {
        var policy = JsonNode.Parse(stored)!.AsObject();
        var clocks = new JsonObject();
        foreach (var clock in form.Clocks)
        {
            clocks[clock.Name] = clock.Kind == Minutes ? Value(clock.Minutes) : JsonValue.Create(clock.Kind);
        }

        clocks["lessonMinutes"] = Value(form.LessonMinutes);
        clocks["atLeastMinutes"] = Value(form.AtLeastMinutes);
        policy["clocks"] = clocks;
        var hours = new JsonObject { ["choice"] = form.OutOfHours };
        if (form.OutOfHours == "onCall")
        {
            hours["onCall"] = List(form.OnCall);
        }
        else if (form.OutOfHours == "trustNumber")
        {
            hours["trustNumber"] = form.TrustNumber.Trim();
        }

        policy["outOfHours"] = hours;
        policy["trust"] = List(new PolicyDesks([], form.Trust));
        policy["escalation"] = new JsonObject
        {
            ["steps"] = new JsonArray([.. form.Steps.Select(step => new JsonObject { ["after"] = Value(step.After), ["tell"] = List(step.Tell) })]),
            ["repeatEvery"] = Value(form.RepeatEvery),
            ["rounds"] = Value(form.Rounds),
        };
        policy["silences"] = new JsonObject { ["longestDays"] = Value(form.LongestSilence) };
        return policy.ToJsonString();
    }

    private static PolicyClockField ClockOf(string name, ClockTime clock) => clock.Kind switch
    {
        ClockKind.EndOfLesson => new PolicyClockField(name, "endOfLesson", ""),
        ClockKind.SameSchoolDay => new PolicyClockField(name, "sameSchoolDay", ""),
        _ => new PolicyClockField(name, Minutes, Number(clock.Minutes)),
    };

    private static PolicyDesks DesksOf(IReadOnlyList<string> told) =>
        new([.. told.Where(desk => !desk.Contains('@', StringComparison.Ordinal))], string.Join('\n', told.Where(desk => desk.Contains('@', StringComparison.Ordinal))));

    private static PolicyDesks DesksIn(IFormCollection sent, string name) => new([.. sent[name].OfType<string>()], sent[name + "-people"].ToString());

    private static JsonArray List(PolicyDesks desks)
    {
        var people = desks.People.Split([' ', ',', ';', '\n', '\r', '\t'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return new JsonArray([.. desks.Desks.Concat(people).Select(desk => JsonValue.Create(desk))]);
    }

    // What is no number is left as text: the reader of policies says what it should be.
    private static JsonValue Value(string text) =>
        int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? JsonValue.Create(number) : JsonValue.Create(text);

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
