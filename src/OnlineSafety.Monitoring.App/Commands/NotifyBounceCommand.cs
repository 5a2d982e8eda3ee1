using System.CommandLine;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Notifications;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>Takes a delivery report from the mail server, so that somebody else is told of what came back.</summary>
internal static class NotifyBounceCommand
{
    /// <param name="input">The report; standard input when run by a mail server.</param>
    public static Command Create(Installation installation, TextReader? input = null)
    {
        var command = new ExampledCommand(
            "bounce",
            "Take one delivery report (RFC 3464) on standard input, as a mail server's alias hands it over. What is no lasting failure of a mail of ours is let pass.",
            "onlinesafety notify bounce < report.eml");
        return command.Does(async (parse, cancellationToken) =>
        {
            var report = new char[BounceReport.Longest];
            var length = await (input ?? Console.In).ReadBlockAsync(report, cancellationToken);
            if (BounceReport.MailOf(new string(report, 0, length)) is not { } mail)
            {
                await Output.LineAsync(parse, "It reports no lasting failure of a mail of ours.");
                return;
            }

            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Notify);
            var failed = await new BounceDesk(database[DatabaseRole.Notify]).TakeAsync(mail, Installation.Operator, cancellationToken);
            await Output.LineAsync(parse, failed > 0 ? "The mail came back; others are told in its recipient's place." : "The mail is not known, or known to have come back.");
        });
    }
}
