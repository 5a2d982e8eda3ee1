using System.Data.Common;
using System.Net.Sockets;
using System.Text;

namespace OnlineSafety.Monitoring.Telemetry;

/// <summary>
/// What a log may say of an exception that touched records: its types, the database's code and the place. Never its message: a database quotes
/// the value that it refused, a parser the text that it could not read.
/// </summary>
internal static class ErrorWords
{
    public static string Of(Exception exception)
    {
        var words = new StringBuilder();
        for (var error = exception; error is not null; error = error.InnerException)
        {
            words.Append(words.Length > 0 ? " < " : "").Append(error.GetType().Name);
            if (error is DbException { SqlState: { } state })
            {
                words.Append(' ').Append(state);
            }
            else if (error is SocketException socket)
            {
                words.Append(' ').Append(socket.SocketErrorCode);
            }
        }

        return words.Append(' ').Append(PlaceOf(exception)).ToString().TrimEnd();
    }

    // The innermost frame of ours; frames hold names of code, never values.
    private static string PlaceOf(Exception exception)
    {
        foreach (var frame in (exception.StackTrace ?? "").Split('\n'))
        {
            if (frame.Contains("OnlineSafety.Monitoring", StringComparison.Ordinal))
            {
                return frame.Trim();
            }
        }

        return "";
    }
}
