using System.CommandLine;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>The rules: what they say of a text and why, what another edition or pack would say, and what a school does otherwise.</summary>
internal static class RuleCommands
{
    public static Command Create(Installation installation) => new("rules", "The rules: check packs, explain a decision, compare, and what a school does otherwise.")
    {
        RuleCheckCommand.Create(installation),
        RuleExplainCommand.Create(installation),
        RuleDiffCommand.Create(installation),
        OverlayCommands.Add(installation),
        OverlayCommands.Exclude(installation),
        new Command("overlay", "What a school does otherwise than the shared rules.") { OverlayCommands.List(installation), OverlayCommands.Remove(installation) },
    };
}
