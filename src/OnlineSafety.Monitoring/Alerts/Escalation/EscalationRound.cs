using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.Sources.Health;

namespace OnlineSafety.Monitoring.Alerts.Escalation;

/// <summary>
/// What follows now for an alert that nobody has answered. Pure: of one look at one alert. Ordered steps, each told once a round; a step is counted from when the
/// one before it was really taken, so a service that stood still catches up without a storm. After the last round nobody is told again, and the
/// alert stays red until a person acts. No severity is left out, and nothing in a policy can leave the critical one out.
/// </summary>
internal sealed record EscalationRound
{
    /// <summary>How long a clock is trusted before it is worked out anew: a calendar or a policy may have changed.</summary>
    public static readonly TimeSpan LookAgain = TimeSpan.FromHours(1);

    /// <summary>Null: nobody waits for it.</summary>
    public DateTimeOffset? AnswerBy { get; init; }

    /// <summary>A round begins: a breach goes on the record.</summary>
    public bool Breach { get; init; }

    /// <summary>Whether a step is taken. With nobody in <see cref="Tell"/> there is nobody to tell, which is on the record too.</summary>
    public bool Steps { get; init; }

    public IReadOnlyList<Guid> Tell { get; init; } = [];

    /// <summary>Why they are told.</summary>
    public string Cause { get; init; } = NotifyCause.Unanswered;

    public required int StepsDone { get; init; }

    public required int Rounds { get; init; }

    /// <summary>Steps of the plan by which <see cref="StepsDone"/> counts.</summary>
    public required int PlanSteps { get; init; }

    /// <summary>When it is looked at next; null: never, unless the alert changes.</summary>
    public DateTimeOffset? NextAt { get; init; }

    public static EscalationRound Of(UnansweredAlert alert, DateTimeOffset now, PolicyInForce inForce, IReadOnlyList<StaffMember> staff)
    {
        var (policy, calendar) = (inForce.Policy, inForce.Calendar);
        // Another calendar or policy brings a deadline nearer at most: nobody who was shown one is given longer behind their back.
        var by = AlertClock.Earlier(AlertClock.AcknowledgeBy(alert.Facts.Severity, alert.Since, alert.NoLater, inForce), alert.AnswerBy);
        var plan = PlanOf(policy, alert);
        alert = alert with { StepsDone = DoneOf(alert, plan.Steps.Count) };
        var same = new EscalationRound { AnswerBy = by, StepsDone = alert.StepsDone, Rounds = alert.Rounds, PlanSteps = plan.Steps.Count };
        if (alert.Untold && FirstTold(alert, now, inForce, staff) is { Count: > 0 } first)
        {
            return same with { Steps = true, Cause = NotifyCause.Raised, Tell = first, StepsDone = 0, Rounds = 0, NextAt = AfterFirst(by, now, policy) };
        }

        if (alert.Rounds == 0 && !(now >= by))
        {
            return same with { NextAt = AlertClock.Earlier(by, by is null ? null : now + LookAgain) };
        }

        var (round, step) = (alert.StepsDone / plan.Steps.Count, alert.StepsDone % plan.Steps.Count);
        if (round >= RoundsOf(plan, alert))
        {
            return same;
        }

        var begins = step == 0 && alert.Rounds <= round;
        if (begins && plan.Steps[0].After > TimeSpan.Zero)
        {
            return same with { Breach = true, Rounds = round + 1, NextAt = now + plan.Steps[0].After };
        }

        return same with
        {
            Breach = begins,
            Rounds = round + 1,
            Steps = true,
            Tell = WhoIsTold(plan, round, step, alert, inForce, staff, now),
            StepsDone = alert.StepsDone + 1,
            NextAt = Next(alert, plan, now, calendar),
        };
    }

    /// <summary>
    /// Whom to tell at once in place of somebody who could not be reached: the first of the plan's steps at which somebody sits who was not told yet,
    /// and behind them the next desk of the alert's ladder.
    /// Empty: everybody whom it may be told to has been.
    /// </summary>
    /// <param name="told">Who was told of it, or could not be.</param>
    public static IReadOnlyList<Guid> Instead(AlertFacts facts, IReadOnlySet<Guid> told, PolicyInForce inForce, IReadOnlyList<StaffMember> staff)
    {
        foreach (var step in OwnPlan(inForce.Policy).Steps)
        {
            List<Guid> others = [.. Recipients.At(step.Tell, facts, staff, inForce.Policy).Where(member => !told.Contains(member))];
            if (others.Count > 0)
            {
                return others;
            }
        }

        // Nobody of the plan is left: the nearest desk of the alert's own ladder that was not told.
        return Recipients.Next(facts, new Desks(staff, inForce.Policy), told);
    }

    // Whoever came to an empty desk is told what waits there, as whoever sat there would have been when it was raised.
    private static IReadOnlyList<Guid> FirstTold(UnansweredAlert alert, DateTimeOffset now, PolicyInForce inForce, IReadOnlyList<StaffMember> staff) =>
        [.. Recipients.For(alert.Facts with { OutOfHours = !inForce.Calendar.IsOpen(now) }, staff, inForce.Policy).Where(member => !alert.Unreachable.Contains(member))];

    // Nobody was late who did not know: the steps begin again, and no sooner than a clock could have run out.
    private static DateTimeOffset? AfterFirst(DateTimeOffset? by, DateTimeOffset now, SchoolPolicy policy)
    {
        var least = now + TimeSpan.FromMinutes(policy.Clocks.AtLeastMinutes);
        return by is null ? null : by < least ? least : AlertClock.Earlier(by, now + LookAgain);
    }

    /// <summary>
    /// Steps taken, counted by the plan of now. One of another length, imported in between, must not pass over rounds: a round that was under way begins its steps
    /// anew, one that was over is over.
    /// </summary>
    private static int DoneOf(UnansweredAlert alert, int steps) => alert.PlanSteps is not { } counted || counted == steps
        ? alert.StepsDone
        : steps * (alert.StepsDone < alert.Rounds * counted ? alert.Rounds - 1 : alert.Rounds);

    private static IReadOnlyList<Guid> WhoIsTold(
        EscalationPlan plan, int round, int step, UnansweredAlert alert, PolicyInForce inForce, IReadOnlyList<StaffMember> staff, DateTimeOffset now)
    {
        var (facts, policy) = (alert.Facts, inForce.Policy);
        var desks = alert.Asked is { } asked ? HandedOn(asked, round, alert, policy, staff)
            : Recipients.At(plan.Steps[step].Tell, facts, staff, policy).Union(step == 0 ? Beyond(plan, round, facts, policy, staff) : []);
        // Whoever is on call was told that an answer is expected at any hour.
        return [.. inForce.Calendar.IsOpen(now) || policy.OutOfHours.OnCall.Count == 0 ? desks : desks.Union(Recipients.At([PolicyDesk.OnCall], facts, staff, policy))];
    }

    // Who was asked, and in each round one desk more behind them. Where nobody is further, whoever put it before them, and believes that they have it.
    private static IEnumerable<Guid> HandedOn(IReadOnlyList<Guid> asked, int round, UnansweredAlert alert, SchoolPolicy policy, IReadOnlyList<StaffMember> staff)
    {
        var facts = alert.Facts;
        // The whole of its own desk, as where it was escalated: a rule that narrows it is about telling.
        var own = Recipients.For(facts, staff, SchoolPolicy.Default);
        List<Guid> told = [.. staff.Where(member => asked.Contains(member.Id) && !alert.Unreachable.Contains(member.Id) && Recipients.MayReceive(member, facts, staff, policy)).Select(member => member.Id)];
        for (var desk = 0; desk <= round; desk++)
        {
            told.AddRange(Recipients.Next(facts, new Desks(staff, policy), [.. own, .. asked, .. told]) is { Count: > 0 } next ? next : own.Except(told));
        }

        return told;
    }

    // Whom a plan names may simply be away, and of some matters it reaches one desk alone: of staff the head. Each further round asks one desk more of the
    // alert's own ladder, nearest first, which never leads to whom it is about.
    private static List<Guid> Beyond(EscalationPlan plan, int further, AlertFacts facts, SchoolPolicy policy, IReadOnlyList<StaffMember> staff)
    {
        var planned = plan.Steps.SelectMany(step => Recipients.At(step.Tell, facts, staff, policy)).ToHashSet();
        var beyond = new List<Guid>();
        for (var desk = 0; desk < further; desk++)
        {
            beyond.AddRange(Recipients.Next(facts, new Desks(staff, policy), [.. planned, .. beyond]));
        }

        return beyond;
    }

    // A policy that says nothing of it has not said that nobody need answer.
    private static EscalationPlan OwnPlan(SchoolPolicy policy) =>
        policy.Escalation is { Steps.Count: > 0, Rounds: > 0 } own ? own : SchoolPolicy.Default.Escalation;

    // The plan's steps begin at the alert's own desk, which has put it aside: of what was escalated each round is one step, from the desk that was asked on.
    private static EscalationPlan PlanOf(SchoolPolicy policy, UnansweredAlert alert) =>
        alert.Asked is null ? OwnPlan(policy) : OwnPlan(policy) with { Steps = [new EscalationStep(TimeSpan.Zero, [])] };

    // A drill has shown what it can when it has been round once.
    private static int RoundsOf(EscalationPlan plan, UnansweredAlert alert) => alert.Drill ? 1 : Math.Min(plan.Rounds, EscalationPlan.MostRounds);

    private static DateTimeOffset? Next(UnansweredAlert alert, EscalationPlan plan, DateTimeOffset now, SchoolCalendar calendar)
    {
        var step = alert.StepsDone % plan.Steps.Count;
        if (step + 1 < plan.Steps.Count)
        {
            return now + (plan.Steps[step + 1].After - plan.Steps[step].After);
        }

        if ((alert.StepsDone / plan.Steps.Count) + 1 >= RoundsOf(plan, alert))
        {
            return null;
        }

        // The first round goes through at any hour. What is not critical then keeps its further rounds for hours in which somebody is there.
        var next = now + plan.RepeatEvery;
        return alert.Facts.Severity >= Severity.Critical || calendar.IsOpen(next) ? next : calendar.NextOpening(next) ?? next;
    }
}
