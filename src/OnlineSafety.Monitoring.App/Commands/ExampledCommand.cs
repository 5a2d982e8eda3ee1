using System.CommandLine;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Intake.Files;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Normalization;
using OnlineSafety.Monitoring.Retention;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Storage.Embedded;
using OnlineSafety.Monitoring.Storage.Hosting;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>A command whose help ends with examples, and whose failures are said in one line instead of a stack trace.</summary>
internal sealed class ExampledCommand(string name, string description, params string[] examples) : Command(name, description)
{
    public IReadOnlyList<string> Examples { get; } = examples;

    /// <summary>Runs <paramref name="work"/>; exit 0 unless it throws.</summary>
    public ExampledCommand Does(Func<ParseResult, CancellationToken, Task> work) => Does(async (parse, cancellationToken) =>
    {
        await work(parse, cancellationToken);
        return CommandLine.Done;
    });

    /// <summary>Runs <paramref name="work"/>, which says its exit code.</summary>
    public ExampledCommand Does(Func<ParseResult, CancellationToken, Task<int>> work)
    {
        SetAction(async (parse, cancellationToken) =>
        {
            try
            {
                return await work(parse, cancellationToken);
            }
            catch (Exception error)
            {
                await parse.InvocationConfiguration.Error.WriteLineAsync(Explained(error) ?? Defect(error));
                return CommandLine.Failed;
            }
        });
        return this;
    }

    // Where, and not what: the message of an exception nobody foresaw may quote a record.
    private static string Defect(Exception error) =>
        $"This is a defect of onlinesafety, please report it: {error.GetType().FullName}{Environment.NewLine}{error.StackTrace}";

    private static string? Explained(Exception error) => error switch
    {
        SetupException or DatabaseUnusableException or EmbeddedPostgresException or MasterKeyException or RuleException or MappingException or PolicyException
            or RetentionException or FileRefusedException or FileChangedException => error.Message,
        IntakeUnavailableException => $"{error.Message} Try again: what was stored is not stored twice.",
        OptionsValidationException options => string.Join(Environment.NewLine, options.Failures),
        AggregateException many when many.InnerExceptions.All(inner => Explained(inner) is not null) =>
            string.Join(Environment.NewLine, many.InnerExceptions.Select(Explained)),
        SocketException socket => $"A listening address cannot be had: {socket.Message}. Is another program using it?",
        JsonException => error.Message,
        OperationCanceledException => "Stopped before it was done.",
        PostgresException database => $"The database refused: {database.MessageText} ({database.SqlState}).",
        NpgsqlException => $"The database cannot be reached: {error.InnerException?.Message ?? error.Message}",
        // The entity framework's own words around a connection that broke.
        InvalidOperationException { InnerException: NpgsqlException inner } => Explained(inner),
        IOException or UnauthorizedAccessException => error.Message,
        _ => null,
    };
}
