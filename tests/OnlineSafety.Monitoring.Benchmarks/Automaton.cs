using System.Text;

namespace OnlineSafety.Monitoring.Benchmarks;

/// <summary>Aho and Corasick's automaton as one flat table over classes of bytes, ignoring ASCII case.</summary>
internal sealed class Automaton
{
    private const int Found = int.MinValue;

    private readonly byte[] _classes = new byte[256];
    private readonly int[] _table;
    private readonly int _width;

    public Automaton(string[] phrases)
    {
        byte[][] words = [.. phrases.Select(p => Encoding.UTF8.GetBytes(p.ToLowerInvariant()))];
        byte next = 1;
        foreach (var b in words.SelectMany(w => w).Distinct())
        {
            _classes[b] = next++;
        }

        for (var letter = 'A'; letter <= 'Z'; letter++)
        {
            _classes[letter] = _classes[letter | 0x20];
        }

        _width = next;
        var table = new List<int[]> { NewRow() };
        var ends = new List<bool> { false };
        foreach (var word in words)
        {
            var state = 0;
            foreach (var b in word)
            {
                if (table[state][_classes[b]] < 0)
                {
                    table[state][_classes[b]] = table.Count;
                    table.Add(NewRow());
                    ends.Add(false);
                }

                state = table[state][_classes[b]];
            }

            ends[state] = true;
        }

        Link(table, ends);
        _table = [.. table.SelectMany(row => row.Select(target => (target * _width) | (ends[target] ? Found : 0)))];
    }

    public bool Contains(byte[] text)
    {
        var (table, classes, state) = (_table, _classes, 0);
        foreach (var b in text)
        {
            state = table[state + classes[b]];
            if (state < 0)
            {
                return true;
            }
        }

        return false;
    }

    private int[] NewRow()
    {
        var row = new int[_width];
        Array.Fill(row, -1);
        return row;
    }

    private void Link(List<int[]> table, List<bool> ends)
    {
        var fail = new int[table.Count];
        var queue = new Queue<int>();
        for (var c = 0; c < _width; c++)
        {
            if (table[0][c] > 0)
            {
                queue.Enqueue(table[0][c]);
            }

            table[0][c] = Math.Max(table[0][c], 0);
        }

        while (queue.TryDequeue(out var state))
        {
            ends[state] |= ends[fail[state]];
            for (var c = 0; c < _width; c++)
            {
                var target = table[state][c];
                var otherwise = table[fail[state]][c];
                if (target < 0)
                {
                    table[state][c] = otherwise;
                }
                else
                {
                    fail[target] = otherwise;
                    queue.Enqueue(target);
                }
            }
        }
    }
}
