using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>The executable's commands. Exit codes: 0 done, 1 failed, 2 wrong usage, 3 done, and what was tried is not fit.</summary>
internal static class CommandLine
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int Usage = 2;
    public const int Unfit = 3;

    // The service stops its listeners and its database within 30 s of a signal.
    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(30);

    public static async Task<int> RunAsync(
        IReadOnlyList<string> args, TextWriter output, TextWriter error, TimeProvider time, CancellationToken cancellationToken = default)
    {
        var parse = Root(time).Parse(args);
        var exit = await parse.InvokeAsync(
            new InvocationConfiguration { Output = output, Error = error, ProcessTerminationTimeout = StopWithin, EnableDefaultExceptionHandler = false },
            cancellationToken);
        return parse.Action is ParseErrorAction ? Usage : exit;
    }

    internal static RootCommand Root(TimeProvider time)
    {
        var installation = new Installation(time);
        var root = new RootCommand("Online safety monitoring for schools: exports of filtering and monitoring products in, one alert queue out.");
        installation.AddTo(root);
        root.Add(ServeCommand.Create(installation));
        root.Add(DemoCommand.Create(installation));
        root.Add(new Command("school", "Schools of this installation.")
        {
            SchoolCommands.Add(installation), SchoolCommands.List(installation), SchoolCalendarCommands.Calendar(installation), SchoolCalendarCommands.Closure(installation),
            SchoolEditionCommand.Create(installation), SchoolCommands.Reopen(installation),
        });
        root.Add(new Command("source", "Exports of products at a school.")
        {
            SourceAddCommand.Create(installation),
            SourceListCommand.Create(installation, "list"),
            SourceExpectCommand.Create(installation),
            SourceUnmappedCommand.Create(installation),
            SourceSuggestCommand.Create(installation),
            SourceMapCommand.Create(installation),
            SourceMappingsCommand.Create(installation),
            SourceJobCommands.Create(installation),
            SourceKeyCommands.Rotate(installation),
            SourceKeyCommands.Disable(installation),
            SourceAuthenticationCommands.Create(installation),
            SourceSecretCommands.Create(installation),
            SourceCertificateCommands.Create(installation),
            SourceCategoryCommands.Create(installation),
        });
        root.Add(SourceListCommand.Create(installation, "sources"));
        root.Add(new Command("canary", "What a managed device opens on a schedule, so that a filter that stopped is noticed.")
        {
            CanaryCommands.Add(installation), CanaryCommands.List(installation), CanaryCommands.Remove(installation),
        });
        root.Add(new Command("staff", "Who is told, and who may act on alerts.") 
        {
            StaffCommands.Add(installation), StaffCommands.List(installation), StaffSignInCommands.Invite(installation), StaffSignInCommands.ResetFactors(installation),
            StaffSignInCommands.Sessions(installation), StaffChangeCommands.Disable(installation), StaffChangeCommands.Enable(installation), StaffChangeCommands.Role(installation),
            StaffChangeCommands.Years(installation), StaffChangeCommands.Account(installation), StaffSignInCommands.FirstLink(installation),
            new Command("key", "Keys by which programs act for a member of staff.") { StaffKeyCommands.Issue(installation), StaffKeyCommands.List(installation), StaffKeyCommands.Revoke(installation) },
        });
        root.Add(new Command("people", "The people list of a school.") { PeopleImportCommand.Create(installation) });
        var alerts = new Command("alerts", "The alert queue.")
        {
            AlertListCommand.Create(installation),
            AlertShowCommand.Create(installation),
            AlertHistoryCommand.Create(installation),
            AlertPrecisionCommand.Create(installation),
        };
        root.Add(alerts);
        foreach (var step in AlertStepCommands.All(installation))
        {
            alerts.Add(step);
        }

        root.Add(SilenceCommands.Create(installation));
        root.Add(DrillCommand.Create(installation));
        root.Add(PolicyCommands.Create(installation));
        root.Add(new Command("digest", "The daily digest.") { DigestCommands.Preview(installation), DigestCommands.Send(installation), DigestCommands.Days(installation) });
        root.Add(new Command("channel", "Where a school has its alerts told beside e-mail.")
        {
            ChannelCommands.Add(installation), ChannelCommands.List(installation), ChannelCommands.Remove(installation), ChannelCommands.Test(installation),
        });
        root.Add(new Command("notify", "How people are told.") { NotifyTestCommand.Create(installation), NotifyBounceCommand.Create(installation) });
        root.Add(new Command("model", "The learned part of classification: train it, and measure what it adds to the rules.")
        {
            ModelTrainCommand.Create(installation),
            ModelTestCommand.Create(installation),
        });
        root.Add(new Command("mapping", "How exports are read: check a mapping, try it on records, list what there is.")
        {
            MappingCheckCommand.Create(installation),
            MappingTestCommand.Create(installation),
            MappingListCommand.Create(installation),
        });
        root.Add(ImportCommand.Create(installation));
        root.Add(VerifyCommand.Create(installation));
        root.Add(KeyCommands.Create(installation));
        root.Add(new Command("audit", "The record of who looked at what.")
        {
            AuditVerifyCommand.Create(installation), AuditCommands.List(installation), AuditCommands.WhoSaw(installation), AuditCommands.Viewed(installation),
        });
        root.Add(RetentionCommands.Create(installation));
        root.Add(HoldCommands.Create(installation));
        root.Add(EraseCommand.Create(installation));
        root.Add(SubjectAccessCommand.Create(installation));
        root.Add(DpiaCommand.Create(installation));
        root.Add(ClassifyCommand.Create(installation));
        root.Add(RuleCommands.Create(installation));
        root.Add(ReplayCommand.Create(installation));
        root.Add(new Command("lists", "Domain lists of others: sites of one theme, imported with their licence.")
        {
            ListCommands.Import(installation), ListCommands.Show(installation), ListCommands.Remove(installation), ListCommands.Check(installation),
        });
        ShowExamples(root);
        return root;
    }

    // Help of every command: what System.CommandLine shows, then the examples of the command.
    private static void ShowExamples(RootCommand root)
    {
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExamples((HelpAction)help.Action!);
    }

    private sealed class HelpWithExamples(HelpAction help) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            var exit = help.Invoke(parseResult);
            if (parseResult.CommandResult.Command is ExampledCommand { Examples.Count: > 0 } command)
            {
                var output = parseResult.InvocationConfiguration.Output;
                output.WriteLine("Examples:");
                foreach (var example in command.Examples)
                {
                    output.WriteLine($"  {example}");
                }
            }

            return exit;
        }
    }
}
