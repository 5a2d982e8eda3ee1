namespace OnlineSafety.Monitoring.IntegrationTests.Storage;

/// <summary>A policy broken on purpose.</summary>
/// <param name="Name">What was done to which policy.</param>
/// <param name="Sql">The statement that does it.</param>
internal sealed record PolicyMutation(string Table, string Policy, string Role, string Name, string Sql);

/// <summary>A policy as the catalogue has it.</summary>
internal sealed record StoredPolicy(string Table, string Policy, string Role, string Command, string? Using, string? Check)
{
    /// <summary>Gone; open to all; and without each single condition that it names.</summary>
    public IEnumerable<PolicyMutation> Broken()
    {
        yield return Of("dropped", $"DROP POLICY {Policy} ON onlinesafety.{Table}");
        foreach (var weaker in Using is null ? [] : Weaker(Using))
        {
            yield return Of($"USING {weaker}", $"ALTER POLICY {Policy} ON onlinesafety.{Table} USING ({weaker})");
        }

        foreach (var weaker in Check is null ? [] : Weaker(Check))
        {
            yield return Of($"WITH CHECK {weaker}", $"ALTER POLICY {Policy} ON onlinesafety.{Table} WITH CHECK ({weaker})");
        }
    }

    /// <summary>
    /// The one way to break it that shows nowhere where the role can neither put in a row nor change whose a row is: the check that whose it is stays.
    /// </summary>
    public string? UnseenWhereNoRowMoves => Check is null ? null : $"{Table}.{Policy} WITH CHECK {WithoutSchool(Check)}";

    private static string WithoutSchool(string check)
    {
        var others = Split(Unwrapped(check), " AND ").Where(operand => Unwrapped(operand) != "school_id = current_school()").ToList();
        return others.Count == 0 ? "true" : string.Join(" AND ", others);
    }

    private PolicyMutation Of(string how, string sql) => new(Table, Policy, Role, $"{Table}.{Policy} {how}", sql);

    private static IEnumerable<string> Weaker(string condition) => condition == "true" ? [] : Without(condition).Prepend("true");

    /// <summary>The condition without each operand of each AND and OR in it.</summary>
    internal static IEnumerable<string> Without(string condition)
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
                yield return string.Join(between, operands.Where((_, n) => n != at));
                foreach (var weaker in Without(operands[at]))
                {
                    yield return string.Join(between, operands.Select((operand, n) => n == at ? $"({weaker})" : operand));
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
