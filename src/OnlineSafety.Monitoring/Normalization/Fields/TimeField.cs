using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Normalization.Fields;

/// <summary>One way to find a time: the names whose values, joined by a space, hold it, and the formats to try.</summary>
/// <param name="Joined">Names of the parts; empty: one name has it all.</param>
/// <param name="From">Where it is when it is not joined.</param>
/// <param name="Formats">How it may be written.</param>
/// <param name="Zone">Zone that the product writes in without saying so; null: the source's.</param>
internal sealed record TimeWay(int[] Joined, Selector From, TimeFormat[] Formats, TimeZoneInfo? Zone)
{
    public ReadOnlySpan<byte> Find(Cells cells)
    {
        if (Joined.Length == 0)
        {
            return From.Pick(cells);
        }

        var written = 0;
        foreach (var slot in Joined)
        {
            var part = Utf8Text.Trim(cells[slot]);
            if (cells.IsBlank(part))
            {
                return default;
            }

            cells.MarkUsed(slot);
            written += part.Length + 1;
        }

        var room = cells.Room(written);
        written = 0;
        foreach (var slot in Joined)
        {
            var part = Utf8Text.Trim(cells[slot]);
            part.CopyTo(room[written..]);
            written += part.Length;
            room[written++] = (byte)' ';
        }

        return cells.Bytes(cells.Keep(written))[..^1];
    }
}

/// <summary>
/// When it happened: the vendor's time, else the syslog header's, else when it was received. A time more than a day ahead of receipt
/// is a wrong clock: the receive time is taken and the event says so.
/// </summary>
internal sealed class TimeField(TimeWay[] ways) : Field
{
    private static readonly TimeSpan MaximumAhead = TimeSpan.FromHours(24);

    public override void Fill(EventDraft draft, Cells cells, in Moment moment)
    {
        var bad = false;
        foreach (var way in ways)
        {
            var text = way.Find(cells);
            if (text.IsEmpty)
            {
                continue;
            }

            var written = way.Zone is { } zone ? moment with { Zone = zone } : moment;
            foreach (var format in way.Formats)
            {
                if (format.TryRead(text, written, out var instant))
                {
                    Set(draft, instant, TimeBasis.Vendor, moment);
                    return;
                }
            }

            bad = true;
            draft.AddUnmapped("time"u8, text);
        }

        draft.Warnings |= bad ? EventWarnings.BadTime : EventWarnings.None;
        if (moment.HeaderTime is { } header)
        {
            Set(draft, header, TimeBasis.Header, moment);
        }
        else
        {
            draft.OccurredAt = moment.ReceivedAt;
            draft.TimeBasis = TimeBasis.Received;
        }
    }

    private static void Set(EventDraft draft, DateTimeOffset instant, TimeBasis basis, in Moment moment)
    {
        var skewed = instant - moment.ReceivedAt > MaximumAhead;
        draft.OccurredAt = skewed ? moment.ReceivedAt : instant;
        draft.TimeBasis = skewed ? TimeBasis.Received : basis;
        draft.Warnings |= skewed ? EventWarnings.ClockSkew : EventWarnings.None;
    }
}
