using System.Buffers.Binary;
using System.Text;

namespace OnlineSafety.Monitoring.Classification.Model;

/// <summary>
/// The n-grams inside one folded word: three to five of its bytes, the word's edges counting as one (<c>&lt;</c> before, <c>&gt;</c> behind).
/// Each fits into a number, so that two are never taken for one another. Words of anything but plain letters and digits have none.
/// </summary>
internal ref struct CharacterGrams
{
    public const int Shortest = 3;
    public const int Longest = 5;

    private const int LongestWord = 24;
    private const byte Front = (byte)'<';
    private const byte Back = (byte)'>';

    // Of eight bytes read at once, those that belong to an n-gram of n bytes.
    private static readonly ulong[] Masks = [.. Enumerable.Range(0, Longest + 1).Select(n => (1UL << (8 * n)) - 1)];

    private readonly Span<byte> _edged;
    private readonly int _length;
    private int _start;
    private int _size;

    /// <param name="word">A folded word.</param>
    /// <param name="scratch">At least <see cref="Scratch"/> bytes, in use as long as this is.</param>
    public CharacterGrams(ReadOnlySpan<byte> word, Span<byte> scratch)
    {
        _size = Shortest - 1;
        if (!HasAny(word))
        {
            return;
        }

        _edged = scratch[..Scratch];
        _edged[0] = Front;
        word.CopyTo(_edged[1..]);
        _edged[word.Length + 1] = Back;
        _length = word.Length + 2;
    }

    /// <summary>Bytes of scratch: the word, its edges, and what reading eight bytes at once reads behind it.</summary>
    public static int Scratch => LongestWord + 2 + sizeof(ulong);

    public ulong Current { get; private set; }

    public bool MoveNext()
    {
        _size++;
        if (_size > Longest || _start + _size > _length)
        {
            _size = Shortest;
            _start++;
        }

        if (_start + _size > _length)
        {
            return false;
        }

        Current = BinaryPrimitives.ReadUInt64LittleEndian(_edged[_start..]) & Masks[_size];
        return true;
    }

    /// <summary>The n-gram as text: <c>&lt;kil</c>.</summary>
    public static string Text(ulong gram)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, gram);
        return Encoding.UTF8.GetString(bytes.TrimEnd((byte)0));
    }

    /// <summary>What <see cref="Text"/> was made of; null when it is the text of no n-gram.</summary>
    public static ulong? Parse(string text)
    {
        if (text.Length is < Shortest or > Longest || text.AsSpan().ContainsAnyExceptInRange('0', 'z'))
        {
            return null;
        }

        var gram = 0UL;
        for (var i = text.Length - 1; i >= 0; i--)
        {
            gram = (gram << 8) | text[i];
        }

        return gram;
    }

    private static bool HasAny(ReadOnlySpan<byte> word)
    {
        foreach (var one in word)
        {
            if (one is not (>= (byte)'a' and <= (byte)'z' or >= (byte)'0' and <= (byte)'9'))
            {
                return false;
            }
        }

        return word.Length is >= Shortest and <= LongestWord;
    }
}
