using System.Runtime.CompilerServices;

namespace OnlineSafety.Monitoring.Events;

/// <summary>Text fields of the common event, as UTF-8 in an <see cref="EventDraft"/>.</summary>
internal enum EventField : byte
{
    /// <summary>User as the vendor sent it.</summary>
    UserAsSent,

    /// <summary>Lower-cased account without domain or realm; empty when nobody is known.</summary>
    User,

    /// <summary>Group, year or policy name as sent.</summary>
    Group,

    /// <summary>Device host name.</summary>
    DeviceHost,

    /// <summary>Client address.</summary>
    DeviceIp,

    /// <summary>URL without userinfo and secrets.</summary>
    Url,

    /// <summary>Lower-cased host of the URL, without port.</summary>
    UrlHost,

    /// <summary>Search term, decoded.</summary>
    SearchQuery,

    /// <summary>Text typed, phrase matched or message body.</summary>
    Text,

    /// <summary>Application name or window title.</summary>
    App,

    /// <summary>The vendor's own theme, rule set or library.</summary>
    VendorTheme,

    /// <summary>The vendor's own severity word.</summary>
    VendorSeverityWord,

    /// <summary>Action word as sent.</summary>
    ActionAsSent,

    /// <summary>The vendor's reason text.</summary>
    VendorReason,

    /// <summary>Browser or program, as it named itself: tells kinds of devices apart.</summary>
    UserAgent,
}

/// <summary>What Normalize noticed about an event; each is shown, none drops it.</summary>
[Flags]
internal enum EventWarnings : ushort
{
    None = 0,
    TruncatedUtf8 = 1,
    ClockSkew = 2,
    UnmappedCategory = 4,
    UnmappedAction = 8,
    UnmappedSeverity = 16,
    BadTime = 32,
    BadUrl = 64,
    ExtraFields = 128,
    MissingFields = 256,
    InvalidUtf8 = 512,

    /// <summary>Not a search yet: the browser asked what it might become, with every key.</summary>
    Autosuggest = 1024,

    /// <summary>Anybody could have sent it: it never raises the top severity alone.</summary>
    LowTrust = 2048,
}

/// <summary>
/// One event while it passes through Normalize and Assess: fields are UTF-8 slices of one reused buffer, so that benign
/// browsing, which is only counted, allocates nothing. Valid until <see cref="Reset"/>. Not thread-safe.
/// </summary>
internal sealed class EventDraft
{
    private const int Fields = (int)EventField.UserAgent + 1;

    private byte[] _bytes = new byte[2048];
    private int _used;
    private Slots _slots;
    private readonly List<(Range Key, Range Value)> _unmapped = [];
    private readonly List<Range> _categories = [];
    private bool _tells;

    public ActivityKind Kind { get; set; }

    public DeviceAction Action { get; set; }

    public DateTimeOffset OccurredAt { get; set; }

    public TimeBasis TimeBasis { get; set; }

    public EventWarnings Warnings { get; set; }

    /// <summary>1 (least) to 5 (most), 0 when the vendor gave none.</summary>
    public byte VendorSeverity { get; set; }

    /// <summary>What the vendor says the subject is; the school's own people list wins over it later.</summary>
    public PersonRole RoleHint { get; set; }

    /// <summary>True when the vendor itself calls this a safeguarding breach or violation, whatever it did about it.</summary>
    public bool VendorBreach { get; set; }

    /// <summary>Parameter of the URL that holds a search term; empty when it is no search engine's.</summary>
    public ReadOnlyMemory<byte> TermParameter { get; set; }

    /// <summary>What stands there is the search term, whole; false when the product names another, or the URL holds more of it.</summary>
    public bool TermIsQuery { get; set; }

    /// <summary>The field's UTF-8, empty when absent.</summary>
    public ReadOnlySpan<byte> this[EventField field]
    {
        get
        {
            var (start, length) = _slots[(int)field];
            return _bytes.AsSpan(start, length);
        }
    }

    public bool Has(EventField field) => _slots[(int)field].Length > 0;

    /// <summary>
    /// Something was sent that no field is taken from, and neither who, where nor what is known: an action, a group or a time alone says nothing. Never what the vendor calls a
    /// concern, and no blank row.
    /// </summary>
    public bool IsUnread => !_tells && UnmappedCount > 0 && !VendorBreach && VendorSeverity == 0 && Kind != ActivityKind.Report;

    public int CategoryCount => _categories.Count;

    /// <summary>Vendor category as sent, in the vendor's order (the first decided).</summary>
    public ReadOnlySpan<byte> Category(int index) => _bytes.AsSpan(_categories[index]);

    public int UnmappedCount => _unmapped.Count;

    public ReadOnlySpan<byte> UnmappedKey(int index) => _bytes.AsSpan(_unmapped[index].Key);

    public ReadOnlySpan<byte> UnmappedValue(int index) => _bytes.AsSpan(_unmapped[index].Value);

    public void Set(EventField field, ReadOnlySpan<byte> utf8)
    {
        _slots[(int)field] = (Append(utf8), utf8.Length);
        _tells |= !utf8.IsEmpty && field is not (EventField.Group or EventField.ActionAsSent or EventField.VendorSeverityWord or EventField.UserAgent);
    }

    public void AddCategory(ReadOnlySpan<byte> utf8)
    {
        _categories.Add(RangeOf(utf8));
        _tells = true;
    }

    public void AddUnmapped(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) => _unmapped.Add((RangeOf(key), RangeOf(value)));

    public void Reset()
    {
        _used = 0;
        _tells = false;
        _slots = default;
        _unmapped.Clear();
        _categories.Clear();
        Kind = default;
        Action = default;
        OccurredAt = default;
        TimeBasis = default;
        Warnings = default;
        VendorSeverity = 0;
        RoleHint = default;
        VendorBreach = false;
        (TermParameter, TermIsQuery) = (default, false);
    }

    /// <summary>Makes this the same event, but for some bytes of one of its fields.</summary>
    public void SetTo(EventDraft other, EventField field, Range without)
    {
        Reset();
        for (var i = 0; i < Fields; i++)
        {
            Set((EventField)i, other[(EventField)i]);
        }

        var text = other[field];
        var (start, length) = without.GetOffsetAndLength(text.Length);
        Set(field, [.. text[..start], .. text[(start + length)..]]);
        for (var i = 0; i < other.CategoryCount; i++)
        {
            AddCategory(other.Category(i));
        }

        for (var i = 0; i < other.UnmappedCount; i++)
        {
            AddUnmapped(other.UnmappedKey(i), other.UnmappedValue(i));
        }

        (Kind, Action, OccurredAt, TimeBasis, Warnings) = (other.Kind, other.Action, other.OccurredAt, other.TimeBasis, other.Warnings);
        (VendorSeverity, RoleHint, VendorBreach, TermParameter, TermIsQuery) = (other.VendorSeverity, other.RoleHint, other.VendorBreach, other.TermParameter, other.TermIsQuery);
    }

    private Range RangeOf(ReadOnlySpan<byte> utf8)
    {
        var start = Append(utf8);
        return start..(start + utf8.Length);
    }

    private int Append(ReadOnlySpan<byte> utf8)
    {
        if (_bytes.Length - _used < utf8.Length)
        {
            // The argument may be a slice of this very buffer; Resize copies before it lets go, so the slice stays readable.
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _used + utf8.Length));
        }

        var start = _used;
        utf8.CopyTo(_bytes.AsSpan(start));
        _used += utf8.Length;
        return start;
    }

    [InlineArray(Fields)]
    private struct Slots
    {
        private (int Start, int Length) _first;
    }
}
