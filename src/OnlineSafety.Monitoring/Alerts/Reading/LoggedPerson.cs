using System.Runtime.CompilerServices;
using System.Text;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.People;

namespace OnlineSafety.Monitoring.Alerts.Reading;

/// <summary>What an event of the log is to the person who is looked for.</summary>
internal enum LoggedMatch : byte
{
    None,

    /// <summary>Of this person.</summary>
    Person,

    /// <summary>On this person's device, naming nobody.</summary>
    Device,

    /// <summary>On this person's device, naming somebody else.</summary>
    Other,
}

/// <summary>
/// The person of an alert, as its own events name them: whoever may see those may look for the same names in the log, and nobody else's. Events are told
/// apart as they were when they were recorded: by the account, else the device, else the address.
/// </summary>
internal sealed class LoggedPerson
{
    private const string User = "user";
    private const string Host = "device";
    private const string Address = "address";
    private const int LongestName = 512;

    private readonly string _kind;
    private readonly HashSet<string> _accounts = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _hosts = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _addresses = new(StringComparer.OrdinalIgnoreCase);

    private LoggedPerson(string kind) => _kind = kind;

    /// <summary>Null: nobody is known, or it is about a whole class.</summary>
    /// <param name="subject">As the alert has it; only its kind is read.</param>
    /// <param name="events">Of the alert.</param>
    /// <param name="people">Of the school: whose account each name is.</param>
    public static LoggedPerson? Of(string? subject, IEnumerable<EventView> events, SchoolPeople people)
    {
        var kind = subject?.Split(':', 2)[0];
        if (kind is not (User or Host or Address))
        {
            return null;
        }

        var person = new LoggedPerson(kind);
        foreach (var one in events)
        {
            if (one.User is { Length: > 0 } sent)
            {
                var name = AccountName.Of(sent);
                var known = people.Find(Encoding.UTF8.GetBytes(name), Encoding.UTF8.GetBytes(sent)).Account;
                person._accounts.Add(known is { Length: > 0 } ? known : name);
            }

            // A whole school may stand behind one address: it names a device only where nothing else does.
            if (one.DeviceHost is { Length: > 0 } host)
            {
                person._hosts.Add(host);
            }
            else if (one.DeviceIp is { Length: > 0 } address && kind != Host)
            {
                person._addresses.Add(address);
            }
        }

        return (kind == User ? person._accounts.Count : kind == Host ? person._hosts.Count : person._addresses.Count) > 0 ? person : null;
    }

    /// <param name="draft">An event of the log.</param>
    /// <param name="account">Its account in the people list; empty: none.</param>
    public LoggedMatch Match(EventDraft draft, string account)
    {
        var named = account.Length > 0 || draft.Has(EventField.User);
        if (_kind == User && named && (account.Length > 0 ? _accounts.Contains(account) : Holds(_accounts, draft[EventField.User])))
        {
            return LoggedMatch.Person;
        }

        if (draft.Has(EventField.DeviceHost) ? !Holds(_hosts, draft[EventField.DeviceHost]) : !Holds(_addresses, draft[EventField.DeviceIp]))
        {
            return LoggedMatch.None;
        }

        // Where nobody is known by name, the device is whom the alert is about.
        return named ? LoggedMatch.Other : _kind == User ? LoggedMatch.Device : LoggedMatch.Person;
    }

    // Only what was written to the stack is read from it.
    [SkipLocalsInit]
    private static bool Holds(HashSet<string> names, ReadOnlySpan<byte> name)
    {
        if (name.IsEmpty || names.Count == 0 || name.Length > LongestName)
        {
            return false;
        }

        Span<char> text = stackalloc char[LongestName];
        return names.GetAlternateLookup<ReadOnlySpan<char>>().Contains(text[..Encoding.UTF8.GetChars(name, text)]);
    }
}
