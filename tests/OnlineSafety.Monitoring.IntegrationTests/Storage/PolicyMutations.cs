namespace OnlineSafety.Monitoring.IntegrationTests.Storage;

/// <summary>A policy broken on purpose.</summary>
/// <param name="Name">What was done to which policy.</param>
/// <param name="Sql">The statement that does it.</param>
/// <param name="Without">The one condition that is gone; null: more than one is.</param>
/// <param name="OfCheck">Whether it is the check of what is written that was weakened.</param>
internal sealed record PolicyMutation(string Table, string Policy, string Role, string Name, string Sql, string? Without = null, bool OfCheck = false);

/// <summary>A policy as the catalogue has it.</summary>
internal sealed record StoredPolicy(string Table, string Policy, string Role, string Command, string? Using, string? Check)
{
    /// <summary>Gone; open to all; and without each single condition that it names.</summary>
    public IEnumerable<PolicyMutation> Broken()
    {
        yield return Of("dropped", $"DROP POLICY {Policy} ON onlinesafety.{Table}");
        foreach (var (weaker, gone) in Using is null ? [] : Weaker(Using))
        {
            yield return Of($"USING {weaker}", $"ALTER POLICY {Policy} ON onlinesafety.{Table} USING ({weaker})", gone);
        }

        foreach (var (weaker, gone) in Check is null ? [] : Weaker(Check))
        {
            yield return Of($"WITH CHECK {weaker}", $"ALTER POLICY {Policy} ON onlinesafety.{Table} WITH CHECK ({weaker})", gone, ofCheck: true);
        }
    }

    /// <summary>
    /// Conditions that another one implies, so that none shows when it alone is gone: they stay for whoever reads the policy, and for the day when the other one
    /// changes. Who may see the alert is asked under the alert's own policy, which is of the stated school; only rows about an alert have one
    /// (notification_check); and the console has no right to state that a row is withdrawn.
    /// </summary>
    public bool Implies(PolicyMutation mutation) => mutation.Without is { } gone && (mutation.OfCheck ? Check : Using)!.Contains("(EXISTS ( SELECT 1", StringComparison.Ordinal)
        && (mutation.OfCheck ? Check : Using)!.Contains("FROM alert a", StringComparison.Ordinal) && (Table != "event" || Policy == "console_years")
        && (gone == InSchool || (Table == "notification" && gone is "kind = 'alert'::text" or "NOT withdrawn"));

    private const string InSchool = "school_id = current_school()";

    /// <summary>
    /// The one way to break it that shows nowhere where the role can neither put in a row nor change whose a row is: the check that whose it is stays.
    /// </summary>
    public string? UnseenWhereNoRowMoves => Check is null ? null : $"{Table}.{Policy} WITH CHECK {WithoutSchool(Check)}";

    private static string WithoutSchool(string check)
    {
        var others = Split(Unwrapped(check), " AND ").Where(operand => Unwrapped(operand) != InSchool).ToList();
        return others.Count == 0 ? "true" : string.Join(" AND ", others);
    }

    private PolicyMutation Of(string how, string sql, string? without = null, bool ofCheck = false) => new(Table, Policy, Role, $"{Table}.{Policy} {how}", sql, without, ofCheck);

    private static IEnumerable<(string Weaker, string? Gone)> Weaker(string condition) => condition == "true" ? [] : Without(condition).Prepend(("true", null));

    /// <summary>The condition without each operand of each AND and OR in it, and that operand.</summary>
    internal static IEnumerable<(string Weaker, string? Gone)> Without(string condition)
    {
        var inner = Unwrapped(condition);
        foreach (var between in new[] { " AND ", " OR " })
        {
            var operands = Split(inner, between);
            if (operands.Count < 2)
            {
                continue;
            }

            for (var i = 0; i < operands.Count; i++)
            {
                var at = i;
                yield return (string.Join(between, operands.Where((_, n) => n != at)), Unwrapped(operands[at]));
                foreach (var (weaker, gone) in Without(operands[at]))
                {
                    yield return (string.Join(between, operands.Select((operand, n) => n == at ? $"({weaker})" : operand)), gone);
                }
            }

            yield break;
        }
    }

    /// <summary>Without the parentheses that enclose it all.</summary>
    private static string Unwrapped(string text)
    {
        while (text.StartsWith('(') && Depths(text).Take(text.Length - 1).All(depth => depth > 0))
        {
            text = text[1..^1];
        }

        return text;
    }

    private static List<string> Split(string text, string between)
    {
        var (operands, from, depths) = (new List<string>(), 0, Depths(text).ToArray());
        for (var at = text.IndexOf(between, StringComparison.Ordinal); at >= 0; at = text.IndexOf(between, at + 1, StringComparison.Ordinal))
        {
            if (depths[at] == 0)
            {
                operands.Add(text[from..at]);
                from = at + between.Length;
            }
        }

        operands.Add(text[from..]);
        return operands;
    }

    /// <summary>How many parentheses are open after each letter.</summary>
    private static IEnumerable<int> Depths(string text)
    {
        var depth = 0;
        foreach (var letter in text)
        {
            depth += letter == '(' ? 1 : letter == ')' ? -1 : 0;
            yield return depth;
        }
    }
}
