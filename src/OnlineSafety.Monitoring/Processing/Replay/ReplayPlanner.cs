using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Processing.Replay;

/// <summary>
/// Runs the stages over a chunk again, and says which new row takes the place of an old one that an alert holds. Holds one plan at a time: what it gives
/// is good until it is asked for the next.
/// </summary>
internal sealed class ReplayPlanner(Stages stages, int mostEvents)
{
    private readonly RecordPlan _plan = new();

    /// <summary>New rows that take an old one's place in an alert.</summary>
    public Dictionary<PlannedEvent, Guid> Heirs { get; } = [];

    /// <summary>Old rows that stay: a legal hold stands on them, or an alert holds them and the new reading has nothing in their place.</summary>
    public List<OldEvent> Kept { get; } = [];

    /// <summary>Sequences of records that an alert or a hold has, and of which no evidence is written anew: what is kept of them stays.</summary>
    public List<long> KeptEvidence { get; } = [];

    /// <summary>Plans for a chunk, one after the other; together they tile it. <see cref="Heirs"/> and <see cref="Kept"/> are of the one just given.</summary>
    public IEnumerable<RecordPlan> Plans(ReplayChunk chunk, StreamContext context)
    {
        var held = chunk.Old.Where(row => row.Alert is not null || row.Held).ToLookup(row => row.Sequence);
        for (var next = chunk.First; next <= chunk.Last; next = _plan.Last + 1)
        {
            Heirs.Clear();
            Kept.Clear();
            KeptEvidence.Clear();
            _plan.Start(next);
            foreach (var segment in chunk.Segments.Where(segment => segment.Header.Last >= next))
            {
                var end = Math.Min(segment.Header.Last, chunk.Last);
                while (_plan.Last < end && _plan.Events.Count < mostEvents)
                {
                    var sequence = _plan.Last + 1;
                    Reread(context, chunk.Range.Stream, sequence, segment.Records[(int)(sequence - segment.Header.First)], [.. held[sequence]]);
                }
            }

            yield return _plan;
        }
    }

    private void Reread(StreamContext context, Guid stream, long sequence, in RawRecord record, List<OldEvent> held)
    {
        var before = _plan.Events.Count;
        var evidence = _plan.Evidence.Count;
        // An unread record was one row, whatever it holds: of what it is now, the first event takes that place if no other is of concern.
        stages.Reread(
            context, stream, sequence, record, [.. held.Where(row => !row.Held).Select(row => row.Unread ? 0 : row.Part)], _plan, stands: held.Exists(row => row.HasEvidence));
        if (held.Count == 0)
        {
            return;
        }

        // Whatever the new reading says in the place of a row on which a legal hold stands: that row stays.
        _plan.Events.RemoveAll(e => e.Event.Id.Sequence == sequence && held.Exists(row => row.Held && row.Part == e.Event.Id.Part));
        Kept.AddRange(held.Where(row => row.Held));
        var read = _plan.Events[before..];
        foreach (var row in held.Where(row => !row.Held).OrderBy(row => row.Unread))
        {
            if (HeirOf(row, read) is { } heir)
            {
                Heirs[heir] = row.Alert!.Value;
            }
            else if (!read.Exists(e => e.Event.Id.Part == row.Part))
            {
                Kept.Add(row);
            }
        }

        DropIdle(before, read);
        if (_plan.Evidence.Count == evidence)
        {
            KeptEvidence.Add(sequence);
        }

        EndAsKept(sequence);
    }

    private PlannedEvent? HeirOf(in OldEvent row, List<PlannedEvent> read)
    {
        var part = row.Part;
        if (!row.Unread)
        {
            return read.Find(e => e.Event.Id.Part == part && !Heirs.ContainsKey(e));
        }

        PlannedEvent? heir = null;
        foreach (var candidate in read)
        {
            if (Heirs.ContainsKey(candidate))
            {
                continue;
            }

            // Still unread is the same row; else the gravest, the first of its kind.
            if (candidate.Review.Length > 0)
            {
                return candidate;
            }

            heir = heir is null || candidate.Assessment.Severity > heir.Assessment.Severity ? candidate : heir;
        }

        return heir;
    }

    /// <summary>What was planned for an alert's sake and took nothing's place goes; something of the record is left, or nothing was held.</summary>
    private void DropIdle(int before, List<PlannedEvent> read)
    {
        if (read.Exists(e => e.Held && !Heirs.ContainsKey(e)) && read.Exists(e => !e.Held || Heirs.ContainsKey(e)))
        {
            _plan.Events.RemoveRange(before, read.Count);
            _plan.Events.AddRange(read.Where(e => !e.Held || Heirs.ContainsKey(e)));
        }
    }

    /// <summary>A record for which old rows stand is counted as what those are, or the counts would not be those of the rows.</summary>
    private void EndAsKept(long sequence)
    {
        var unread = false;
        var any = false;
        for (var i = Kept.Count - 1; i >= 0 && Kept[i].Sequence == sequence; i--)
        {
            (any, unread) = (true, unread || Kept[i].Unread);
        }

        if (!any)
        {
            return;
        }

        if (unread)
        {
            _plan.EndInstead(Disposition.Review);
        }
        else if (_plan.Latest is not (Disposition.Review or Disposition.Concern))
        {
            _plan.EndInstead(Disposition.Concern);
        }
    }
}
