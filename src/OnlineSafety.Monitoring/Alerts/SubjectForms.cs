using Npgsql;
using OnlineSafety.Monitoring.Access.Sealing;

namespace OnlineSafety.Monitoring.Alerts;

/// <summary>Whom a stored alert is about: how the same person may be stored elsewhere, and what the person is called.</summary>
internal static class SubjectForms
{
    /// <summary>Null: nobody known, or a whole class.</summary>
    /// <param name="key">Column of <c>subject_key</c>.</param>
    /// <param name="name">Column of <c>subject</c>.</param>
    public static string[]? Of(SchoolSeal seal, NpgsqlDataReader row, int key, int name) => NameOf(seal, row, key, name) is not { } plain ? null
        : row.IsDBNull(name) ? [seal.Index(plain), plain]
        : seal.Forms(plain);

    /// <summary>The key as it was before it was hashed: <c>user:j.smith</c>. Null: nobody known, or a whole class.</summary>
    public static string? NameOf(SchoolSeal seal, NpgsqlDataReader row, int key, int name) => row.IsDBNull(key) || AlertCohort.Is(row.GetString(key)) ? null
        : row.IsDBNull(name) ? row.GetString(key)
        : seal.OpenText(row.GetFieldValue<byte[]>(name), SealedField.AlertSubject);
}
