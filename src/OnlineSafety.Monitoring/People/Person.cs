namespace OnlineSafety.Monitoring.People;

/// <summary>An account the school knows, imported from CSV.</summary>
internal sealed class Person
{
    public Guid SchoolId { get; set; }

    public Guid PersonId { get; set; }

    /// <summary>Lower-case, without domain or realm.</summary>
    public string Account { get; set; } = "";

    /// <summary><see cref="Events.PersonRole"/> as number.</summary>
    public short Role { get; set; }

    public string YearGroup { get; set; } = "";

    public string Class { get; set; } = "";

    public DateOnly? DateOfBirth { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }
}

internal sealed class PersonAlias
{
    public Guid SchoolId { get; set; }

    public string Alias { get; set; } = "";

    public Guid PersonId { get; set; }
}

/// <summary>A <see cref="Person"/> as stored.</summary>
internal sealed class StoredPerson
{
    public Guid SchoolId { get; set; }

    public Guid PersonId { get; set; }

    /// <summary>Sealed.</summary>
    public byte[] Account { get; set; } = [];

    /// <summary>The account's keyed hash.</summary>
    public string AccountKey { get; set; } = "";

    public short Role { get; set; }

    public string YearGroup { get; set; } = "";

    public string Class { get; set; } = "";

    /// <summary>Sealed: as 2012-09-01.</summary>
    public byte[]? DateOfBirth { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }
}

/// <summary>A <see cref="PersonAlias"/> as stored.</summary>
internal sealed class StoredAlias
{
    public Guid SchoolId { get; set; }

    /// <summary>Sealed.</summary>
    public byte[] Alias { get; set; } = [];

    /// <summary>The alias's keyed hash.</summary>
    public string AliasKey { get; set; } = "";

    public Guid PersonId { get; set; }

    /// <summary>Since when it joins nothing, because somebody has said that it is another person's; null: it is this person's.</summary>
    public DateTimeOffset? ApartSince { get; set; }
}

/// <summary>A member of staff who is told things.</summary>
internal sealed class Staff
{
    public Guid SchoolId { get; set; }

    public Guid StaffId { get; set; }

    public string Name { get; set; } = "";

    public string Email { get; set; } = "";

    /// <summary><see cref="Access.StaffRole"/>; a head who is the DSL has both.</summary>
    public string[] Roles { get; set; } = [];

    /// <summary>Accounts by which vendors know this person, lower-case, without domain or realm.</summary>
    public string[] Accounts { get; set; } = [];

    /// <summary>Years of which the person is the lead, as <see cref="YearGroup"/> writes them; they count with the role pastoral alone.</summary>
    public string[] Years { get; set; } = [];

    public bool Enabled { get; set; } = true;

    public DateTimeOffset CreatedAt { get; set; }
}

/// <summary>Hash of a key with which a member of staff calls the API.</summary>
internal sealed class StaffKey
{
    public Guid SchoolId { get; set; }

    public Guid StaffId { get; set; }

    public byte[] KeyHash { get; set; } = [];

    /// <summary>Names the key without being it.</summary>
    public Guid KeyId { get; set; }

    /// <summary>What it is for.</summary>
    public string Name { get; set; } = "";

    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>Null: it does not end by itself.</summary>
    public DateTimeOffset? ExpiresAt { get; set; }

    public DateTimeOffset? RevokedAt { get; set; }
}
