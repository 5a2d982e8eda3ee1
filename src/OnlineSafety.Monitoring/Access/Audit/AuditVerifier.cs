using Npgsql;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.Access.Audit;

/// <summary>
/// Walks the chains of access records. Needs no key and no right to read what a child did. Entries and head are read by one
/// statement, so they are of one moment: it may run beside a service that goes on recording.
/// </summary>
internal sealed class AuditVerifier(Database audit)
{
    /// <summary>Action of the entry that names, as <see cref="NumberRanges"/>, the entries whose object and reason were erased.</summary>
    public const string Erasure = "audit.erase";

    /// <summary>Action of the entry that says up to which entry, and its hash, the oldest ones fell by time.</summary>
    public const string Cut = "audit.cut";

    private static readonly Actor Actor = Actor.Service("verify");

    private const string Entries = """
        SELECT r.seq, r.at, r.actor_kind, r.actor_id, r.actor_name, r.action, r.object, r.reason, r.salt, r.detail_hash, r.previous_hash, r.hash, c.last_seq, c.head_hash, t.last_seq, t.hash
        FROM access_record r LEFT JOIN access_chain c ON c.school_id = r.school_id
        LEFT JOIN access_tombstone t ON t.school_id = r.school_id
        WHERE r.school_id = $1 ORDER BY r.seq
        """;

    /// <param name="school">One school only, or null for all.</param>
    /// <param name="anchors">
    /// Printed earlier. A chain that somebody made anew from end to end is in itself without fault; only what left the house before tells that it is another.
    /// </param>
    /// <param name="progress">Called from time to time with entries read and entries in all.</param>
    public async Task<AuditReport> VerifyAsync(
        Guid? school, IReadOnlyCollection<AuditAnchor> anchors, Action<long, long>? progress, CancellationToken cancellationToken)
    {
        var report = new AuditReport { Anchored = anchors.Count };
        var missing = anchors.ToHashSet();
        foreach (var at in school is { } one ? [one] : await SchoolsAsync(cancellationToken))
        {
            await using var session = await audit.OpenAsync(at, Actor, cancellationToken);
            var head = await AuditHeads.ReadAsync(session, at, cancellationToken);
            await new ChainWalk(at, missing, report) { Head = head }.RunAsync(session, progress, cancellationToken);
            // The place for what matches no source is walked like a school and is none.
            report.Schools += at == SchoolRegister.HoldingId ? 0 : 1;
        }

        foreach (var anchor in missing.OrderBy(a => a.Last))
        {
            if (anchor.School.Length > 0 && !report.Walked.ContainsKey(anchor.School))
            {
                report.Add($"anchor {anchor}: no chain has it. It is of {(school is null ? "no school here: of another installation, or mistyped" : "another school than the one that was asked for")}.");
                continue;
            }

            // One without a tag does not say whose it is, and no school may answer for another's, which may have been written anew: only what fell in all is sure to have fallen.
            var cutAt = anchor.School.Length > 0 ? report.Walked[anchor.School] : report.Walked.Values.DefaultIfEmpty().Min();
            if (anchor.Last < cutAt)
            {
                // Printed of an entry that fell since: nothing is left that could prove it.
                report.Unprovable++;
            }
            else if (anchor.School.Length == 0 && report.Walked.Values.Any(last => anchor.Last < last))
            {
                report.Undecided.Add(anchor.ToString());
            }
            else
            {
                report.Add($"anchor {anchor}: no chain has it. What it covered was cut off or written anew, or the anchor is of another installation or mistyped.");
            }
        }

        return report;
    }

    private async Task<List<Guid>> SchoolsAsync(CancellationToken cancellationToken)
    {
        await using var session = await audit.OpenAcrossAsync(Actor, cancellationToken);
        return await session.RowsAsync("SELECT school_id FROM school ORDER BY school_id", [], row => row.GetGuid(0), cancellationToken);
    }

    /// <summary>One school's chain, from its first entry to its head.</summary>
    private sealed class ChainWalk(Guid school, HashSet<AuditAnchor> missing, AuditReport report)
    {
        private const long Step = 20_000;

        private readonly HashSet<long> _anchored = [.. missing.Select(anchor => anchor.Last)];
        private readonly List<long> _erased = [];
        private readonly List<string> _erasures = [];
        private ReadOnlyMemory<byte> _previous = AuditEntry.Genesis;
        private long _expected = 1;
        private bool _cutTold;

        // Where the entries that fell by time ended; null: none did.
        private AuditHead? _stone;

        /// <summary>As it was before the entries were read, for a chain that has none.</summary>
        public AuditHead? Head { get; set; }

        public async Task RunAsync(Session session, Action<long, long>? progress, CancellationToken cancellationToken)
        {
            await using var select = session.Command(Entries);
            select.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = school });
            await using (var rows = await select.ExecuteReaderAsync(cancellationToken))
            {
                while (await rows.ReadAsync(cancellationToken))
                {
                    Head = rows.IsDBNull(12) ? null : new AuditHead(school, rows.GetInt64(12), rows.GetFieldValue<byte[]>(13));
                    if (_stone is null && !rows.IsDBNull(14))
                    {
                        _stone = new AuditHead(school, rows.GetInt64(14), rows.GetFieldValue<byte[]>(15));
                        (_expected, _previous) = (_stone.Last + 1, _stone.Hash);
                    }

                    Check(Read(rows));
                    if (progress is not null && Head is not null && _expected % Step == 0)
                    {
                        progress(_expected, Head.Last);
                    }
                }
            }

            CheckCut();
            CheckEnd();
            if (Head is not null || _stone is not null)
            {
                report.Walked[AuditAnchor.TagOf(school)] = _stone?.Last ?? 0;
            }

            foreach (var entry in _erased)
            {
                if (_erasures.Exists(erasure => NumberRanges.Contains(erasure, entry)))
                {
                    report.Erased++;
                }
                else
                {
                    report.Break(school, entry, "what it is about is gone, and no erasure in the chain names it");
                }
            }
        }

        private void Check(AuditEntry entry)
        {
            if (entry.Sequence != _expected)
            {
                report.Break(school, entry.Sequence, _expected == entry.Sequence - 1 ? $"entry {_expected} is missing" : $"entries {_expected} to {entry.Sequence - 1} are missing");
            }

            if (!entry.PreviousHash.AsSpan().SequenceEqual(_previous.Span))
            {
                report.Break(school, entry.Sequence, "does not follow the entry before it");
            }

            if (!entry.ComputedHash().AsSpan().SequenceEqual(entry.Hash))
            {
                report.Break(school, entry.Sequence, "was changed: its hash does not fit");
            }

            CheckDetail(entry);
            if (_anchored.Contains(entry.Sequence))
            {
                Found(AuditAnchor.Of(school, entry.Sequence, entry.Hash));
            }

            report.Entries++;
            (_expected, _previous) = (entry.Sequence + 1, entry.Hash);
        }

        private void Found(AuditAnchor anchor)
        {
            missing.Remove(anchor);
            missing.Remove(anchor.Untagged);
        }

        private void CheckDetail(AuditEntry entry)
        {
            if (entry.ComputedDetailHash() is not { } computed)
            {
                _erased.Add(entry.Sequence);
            }
            else if (!computed.AsSpan().SequenceEqual(entry.DetailHash))
            {
                report.Break(school, entry.Sequence, "was changed: object and reason are not those that were recorded");
            }
            else if (entry.Action == Erasure)
            {
                _erasures.Add(entry.Object!);
            }
            else if (entry.Action == Cut && _stone is not null)
            {
                _cutTold |= entry.Object == $"{_stone.Last} {Convert.ToHexStringLower(_stone.Hash.Span)}";
            }
        }

        // A tombstone alone is believed by nobody: it could have been written to hide what was cut off. The cut stands in the chain that goes on behind it.
        private void CheckCut()
        {
            if (_stone is null)
            {
                return;
            }

            report.Fallen += _stone.Last;
            Found(AuditAnchor.Of(school, _stone.Last, _stone.Hash.Span));
            if (!_cutTold)
            {
                report.Break(school, _stone.Last, "entries up to here are gone, and no entry behind them says that they fell");
            }
        }

        private void CheckEnd()
        {
            if (Head is null)
            {
                if (_expected > 1)
                {
                    report.Break(school, _expected - 1, "the chain has entries and no head");
                }
            }
            else if (Head.Last >= _expected)
            {
                report.Break(school, _expected, $"the tail is cut: the chain ended at {Head.Last}");
            }
            else if (Head.Last < _expected - 1 || !_previous.Span.SequenceEqual(Head.Hash.Span))
            {
                report.Break(school, _expected - 1, $"does not fit the head of the chain, which is at {Head.Last}");
            }
        }

        private AuditEntry Read(NpgsqlDataReader row) => new()
        {
            School = school,
            Sequence = row.GetInt64(0),
            At = row.GetFieldValue<DateTimeOffset>(1),
            ActorKind = row.GetString(2),
            ActorId = row.IsDBNull(3) ? null : row.GetGuid(3),
            ActorName = row.GetString(4),
            Action = row.GetString(5),
            Object = row.IsDBNull(6) ? null : row.GetString(6),
            Reason = row.IsDBNull(7) ? null : row.GetString(7),
            Salt = row.IsDBNull(8) ? null : row.GetFieldValue<byte[]>(8),
            DetailHash = row.GetFieldValue<byte[]>(9),
            PreviousHash = row.GetFieldValue<byte[]>(10),
            Hash = row.GetFieldValue<byte[]>(11),
        };
    }
}
