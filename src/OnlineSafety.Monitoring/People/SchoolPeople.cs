using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using System.Text;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Notifications;

namespace OnlineSafety.Monitoring.People;

/// <summary>What a school knows about the person of an event.</summary>
/// <param name="Role">Unknown when the account is in no list.</param>
/// <param name="KeyStage"><c>KS1</c> to <c>KS5</c>, or empty.</param>
/// <param name="Staff">The recipient who is this very person, if any: told nothing about it.</param>
/// <param name="Account">The one account for all names of this person; empty when nobody is known.</param>
internal readonly record struct Subject(PersonRole Role, string Year, string KeyStage, Guid? Staff, string Account)
{
    /// <summary>Registration or tutor group; empty when it is not known.</summary>
    public string Class { get; init; } = "";

    /// <summary>What routing rules ask for: of pupils alone, for staff are told of by their desk.</summary>
    public IReadOnlyList<string> Groups =>
        Role != PersonRole.Pupil ? [] : [.. new[] { Year, Class, KeyStage }.Where(group => !string.IsNullOrEmpty(group)).Distinct(StringComparer.OrdinalIgnoreCase)];

    /// <summary>Whose year leads may see it: of pupils alone; null when it is not known.</summary>
    public string? YearGroup => Role == PersonRole.Pupil ? People.YearGroup.Of(Year) : null;

    public static Subject Nobody { get; } = new(PersonRole.Unknown, "", "", Staff: null, Account: "");
}

/// <summary>The people of one school as they were at one moment: accounts and aliases, and who may be told. Immutable.</summary>
internal sealed class SchoolPeople
{
    private readonly FrozenDictionary<string, Subject> _subjects;
    private readonly FrozenDictionary<string, Subject>.AlternateLookup<ReadOnlySpan<char>> _bySpan;

    public SchoolPeople(IReadOnlyDictionary<string, Subject> subjects, IReadOnlyList<StaffMember> staff)
    {
        _subjects = subjects.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
        _bySpan = _subjects.GetAlternateLookup<ReadOnlySpan<char>>();
        Staff = staff;
    }

    public IReadOnlyList<StaffMember> Staff { get; }

    /// <summary>
    /// Who an event is about, by the normalised account or by the user as the vendor sent it (an e-mail address, say). Where the two differ a
    /// recipient wins, then the account. No allocation.
    /// </summary>
    public Subject Find(ReadOnlySpan<byte> user, ReadOnlySpan<byte> userAsSent)
    {
        var found = TryFind(user, out var subject);
        if (user.SequenceEqual(userAsSent))
        {
            return found ? subject : Subject.Nobody;
        }

        return found && subject.Staff is not null ? subject
            : TryFind(userAsSent, out var asSent) && (!found || asSent.Staff is not null) ? asSent
            : found ? subject
            : Subject.Nobody;
    }

    // Only what was written to the stack is read from it.
    [SkipLocalsInit]
    private bool TryFind(ReadOnlySpan<byte> account, out Subject subject)
    {
        subject = default;
        if (account.IsEmpty || account.Length > AccountName.Longest || _subjects.Count == 0)
        {
            return false;
        }

        Span<char> text = stackalloc char[AccountName.Longest];
        return _bySpan.TryGetValue(text[..Encoding.UTF8.GetChars(account, text)], out subject);
    }

    /// <summary>Key stage of an English school year: "Year 9", "Y9", "9".</summary>
    public static string KeyStageOf(ReadOnlySpan<char> year)
    {
        var digits = year.IndexOfAnyInRange('0', '9');
        var end = digits;
        while (end >= 0 && end < year.Length && char.IsAsciiDigit(year[end]))
        {
            end++;
        }

        return digits >= 0 && int.TryParse(year[digits..end], out var number)
            ? number switch
            {
                1 or 2 => "KS1",
                >= 3 and <= 6 => "KS2",
                >= 7 and <= 9 => "KS3",
                10 or 11 => "KS4",
                >= 12 and <= 14 => "KS5",
                _ => "",
            }
            : "";
    }
}
