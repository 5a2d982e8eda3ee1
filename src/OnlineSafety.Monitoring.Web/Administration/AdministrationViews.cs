namespace OnlineSafety.Monitoring.Web.Administration;

public sealed record AdministrationTab(string Address, string Label);

public sealed record StaffRow(Guid Id, string Name, string Email, string Roles, string Accounts, bool Enabled)
{
    /// <summary>Of which the person is the lead; empty: none.</summary>
    public string Years { get; init; } = "";
}

/// <param name="Word">As stored.</param>
public sealed record RoleChoice(string Word, string Label, string Hint);

public sealed record StaffForm(string Name = "", string Email = "", string Accounts = "", string Years = "")
{
    public IReadOnlyList<string> Roles { get; init; } = [];

    /// <summary>A name in it is a pupil's: whether that is meant is to be said.</summary>
    public bool AsksOfPupils { get; init; }
}

/// <summary>Name, address and accounts of a member of staff as they were typed, where one of them is a pupil's: whether that is meant is to be said.</summary>
public sealed record PupilNameForm(string Name, string Email, string Accounts, bool SamePerson = false);

/// <summary>What was given to somebody before the reader was there to be told.</summary>
/// <param name="By">Who gave it.</param>
public sealed record GivenRow(DateTimeOffset At, Guid Staff, string Name, string By, string What);

/// <summary>One member of staff.</summary>
/// <param name="Roles">Words as stored.</param>
/// <param name="Self">The reader: nobody gives roles to themselves, or locks themselves out.</param>
/// <param name="Sessions">Where the person is signed in now.</param>
public sealed record StaffMemberView(Guid Id, string Name, string Email, IReadOnlyList<string> Roles, string Accounts, bool Enabled, bool Self, IReadOnlyList<StaffSessionRow> Sessions)
{
    /// <summary>Years of which the person is the lead, as they are typed.</summary>
    public string Years { get; init; } = "";

    /// <summary>They count only with it.</summary>
    public bool IsPastoral { get; init; }

    public IReadOnlyList<StaffKeyRow> Keys { get; init; } = [];

    /// <summary>Whether the reader may change how this person signs in and is told.</summary>
    public bool May { get; init; } = true;

    /// <summary>Who else here may, as the end of "Ask ...".</summary>
    public string Whom { get; init; } = "";
}

/// <summary>A key with which a program acts as the person; never the key itself.</summary>
/// <param name="EndsAt">Null: it was given out before keys had an end.</param>
public sealed record StaffKeyRow(string Name, DateTimeOffset? EndsAt);

/// <param name="Way">How the person signed in.</param>
public sealed record StaffSessionRow(string Way, DateTimeOffset BeganAt, DateTimeOffset SeenAt);

/// <summary>A sign-in link, shown only now.</summary>
public sealed record InvitationView(string Link, DateTimeOffset EndsAt);

/// <param name="Unheard">Alerts that reach nobody, with the staff of now.</param>
public sealed record StaffView(IReadOnlyList<StaffRow> Staff, IReadOnlyList<RoleChoice> Roles, IReadOnlyList<string> Unheard)
{
    /// <summary>For a safeguarding lead or head who came lately: the newest first.</summary>
    public IReadOnlyList<GivenRow> Before { get; init; } = [];
}

public sealed record CalendarRow(string What, string First, string Last, string Note, bool Past)
{
    /// <summary>As a form sends them: which closure it is.</summary>
    public string FirstDay { get; init; } = "";

    public string LastDay { get; init; } = "";
}

/// <summary>What a change of the calendar would do, before anybody agrees to it.</summary>
/// <param name="What">The change in a sentence.</param>
/// <param name="Address">Where the form is sent again, agreed.</param>
/// <param name="Fields">Of the form, as they were sent.</param>
/// <param name="Clocks">What it does to alerts that wait.</param>
public sealed record CalendarChangeView(string What, string Address, IReadOnlyList<KeyValuePair<string, string>> Fields, IReadOnlyList<string> Clocks);

/// <param name="Json">As it was given; empty: none.</param>
public sealed record CalendarView(IReadOnlyList<CalendarRow> Terms, IReadOnlyList<CalendarRow> Closures, string Hours, string Json, string Today, string Until);

public sealed record ChannelRow(Guid Id, string Name, string Kind, string Least, DateTimeOffset? FailingSince, string Error);

/// <param name="MayAdd">This process can seal an address.</param>
/// <param name="MayTest">This process sends.</param>
public sealed record ChannelsView(IReadOnlyList<ChannelRow> Channels, bool MayAdd, bool MayTest);
