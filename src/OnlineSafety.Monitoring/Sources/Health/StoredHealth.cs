namespace OnlineSafety.Monitoring.Sources.Health;

/// <summary>The calendar of a school, as stored.</summary>
internal sealed class StoredCalendar
{
    public Guid SchoolId { get; set; }

    /// <summary>JSON of <c>schemas/calendar.schema.json</c>.</summary>
    public string Content { get; set; } = "";

    public DateTimeOffset UpdatedAt { get; set; }
}

/// <summary>How a source stands, as the watch judged it last; written when it changes.</summary>
internal sealed class StoredState
{
    public Guid SchoolId { get; set; }

    public Guid SourceId { get; set; }

    /// <summary>A word of <see cref="SourceStateWords"/>.</summary>
    public string State { get; set; } = "";

    public bool Alarming { get; set; }

    public DateTimeOffset Since { get; set; }

    public DateTimeOffset? CalmSince { get; set; }

    /// <summary>When a mail last named it as quiet.</summary>
    public DateTimeOffset? ListedAt { get; set; }

    public TimeSpan ExpectedGap { get; set; }

    /// <summary>A word of <see cref="GapBasisWords"/>.</summary>
    public string GapBasis { get; set; } = "";

    public string Words { get; set; } = "";

    /// <summary>What is not watched through it: coverage of the product, mappings that nobody has verified.</summary>
    public string[] Notices { get; set; } = [];

    /// <summary>
    /// As it is shown to somebody who looks between two rounds of the watch. One that was heard for the first time since the last round is none that never was: whoever
    /// has just set it up looks at that very moment.
    /// </summary>
    /// <param name="heardAt">When it was last heard; null: never.</param>
    public StoredState Shown(DateTimeOffset? heardAt)
    {
        if (heardAt is not null && State == SourceStateWords.Of(SourceState.NeverHeard))
        {
            (State, Alarming, Words) = (SourceStateWords.JustHeard, false, "its first records have come; within half a minute it is judged");
        }

        return this;
    }
}

/// <summary>An alarm of a source. No alert: staff of the role <c>it</c> are told of it and never see those.</summary>
internal sealed class SourceAlarm
{
    public Guid SchoolId { get; set; }

    public Guid AlarmId { get; set; }

    public Guid SourceId { get; set; }

    public string State { get; set; } = "";

    public DateTimeOffset Since { get; set; }

    public DateTimeOffset OpenedAt { get; set; }

    public DateTimeOffset ToldAt { get; set; }

    /// <summary>Null while it stands.</summary>
    public DateTimeOffset? ClearedAt { get; set; }

    /// <summary>People were told that it is over.</summary>
    public bool ClearTold { get; set; }
}

/// <summary>A class of devices was seen by a source on a day, as stored.</summary>
internal sealed class StoredDeviceDay
{
    public Guid SchoolId { get; set; }

    public Guid SourceId { get; set; }

    public DateOnly Day { get; set; }

    public string Device { get; set; } = "";
}

/// <summary>The watch over a school's sources.</summary>
internal sealed class StoredWatch
{
    public Guid SchoolId { get; set; }

    public DateTimeOffset JudgedAt { get; set; }

    public DateTimeOffset WatchingSince { get; set; }

    /// <summary>What the watch itself lacks: term dates, above all.</summary>
    public string[] Notices { get; set; } = [];
}
