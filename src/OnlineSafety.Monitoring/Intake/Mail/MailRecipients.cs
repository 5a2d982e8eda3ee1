using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.Intake.Mail;

/// <summary>Whose an address is. It is known by its hash alone, as keys are: nobody who reads the database can write to one.</summary>
internal sealed class MailRecipients(ISourceDirectory directory, string domain)
{
    private const int LongestLocalPart = 64;

    // Made anew when the directory has replaced its list.
    private volatile Known _known = new([], []);

    public string Domain => domain;

    /// <summary>Null: no source of ours, or not our domain.</summary>
    public SourceRegistration? Find(string address)
    {
        if (HashOf(address) is not { } hash)
        {
            return null;
        }

        var known = _known;
        if (!ReferenceEquals(known.Of, directory.Sources))
        {
            _known = known = Known.From(directory.Sources);
        }

        return known.ByHash.GetValueOrDefault(hash);
    }

    /// <summary>The source of a school that left whose address it was.</summary>
    public SourceRegistration? FindClosed(string address) =>
        HashOf(address) is { } hash ? Known.From(directory.Closed).ByHash.GetValueOrDefault(hash) : null;

    private string? HashOf(string address)
    {
        var at = address.LastIndexOf('@');
        // Mailers change case; ours is lower.
        return at is <= 0 or > LongestLocalPart || !address.AsSpan(at + 1).Equals(domain, StringComparison.OrdinalIgnoreCase)
            ? null
            : Convert.ToHexString(AccessKey.Hash(address[..at].ToLowerInvariant()));
    }

    /// <summary>Whether the envelope's sender may write to it. A bounce, whose sender is empty, is from nobody on a list.</summary>
    public static bool Allows(SourceRegistration source, string sender)
    {
        if (source.Senders.Count == 0)
        {
            return true;
        }

        foreach (var allowed in source.Senders)
        {
            var isAddress = allowed.Contains('@', StringComparison.Ordinal);
            if (isAddress ? sender.Equals(allowed, StringComparison.OrdinalIgnoreCase) : IsOfDomain(sender, allowed))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsOfDomain(string sender, string allowed)
    {
        var domain = sender.AsSpan(sender.LastIndexOf('@') + 1);
        return domain.Length < sender.Length && domain.EndsWith(allowed, StringComparison.OrdinalIgnoreCase)
            && (domain.Length == allowed.Length || domain[^(allowed.Length + 1)] == '.');
    }

    private sealed record Known(IReadOnlyList<SourceRegistration> Of, Dictionary<string, SourceRegistration> ByHash)
    {
        public static Known From(IReadOnlyList<SourceRegistration> sources)
        {
            var byHash = new Dictionary<string, SourceRegistration>(StringComparer.Ordinal);
            foreach (var source in sources)
            {
                if (source.Door == SourceDoor.Mail)
                {
                    foreach (var hash in source.KeyHashes)
                    {
                        byHash[Convert.ToHexString(hash)] = source;
                    }
                }
            }

            return new Known(sources, byHash);
        }
    }
}
