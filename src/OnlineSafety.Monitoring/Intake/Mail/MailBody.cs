namespace OnlineSafety.Monitoring.Intake.Mail;

/// <summary>The bytes of one mail while they arrive. What is over a limit is let go, and the rest of the mail with it.</summary>
/// <param name="most">Largest mail.</param>
/// <param name="lease">The memory that it is charged to.</param>
internal sealed class MailBody(int most, BodyLease lease)
{
    private const int FirstRoom = 16 * 1024;

    private byte[] _bytes = [];
    private int _length;

    /// <summary>It is larger than any mail may be.</summary>
    public bool TooLarge { get; private set; }

    /// <summary>All mails together hold what they may.</summary>
    public bool NoRoom { get; private set; }

    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    public void Take(ReadOnlySpan<byte> bytes)
    {
        if (TooLarge || NoRoom || bytes.IsEmpty)
        {
            return;
        }

        if (bytes.Length > most - _length)
        {
            TooLarge = true;
            LetGo();
            return;
        }

        if (_length + bytes.Length > _bytes.Length && !Grow(_length + bytes.Length))
        {
            NoRoom = true;
            LetGo();
            return;
        }

        bytes.CopyTo(_bytes.AsSpan(_length));
        _length += bytes.Length;
    }

    private bool Grow(int needed)
    {
        var room = (int)Math.Min(most, Math.Max(Math.Max(needed, FirstRoom), 2L * _bytes.Length));
        if (lease.Take(room - _bytes.Length) != MemoryRoom.Taken)
        {
            return false;
        }

        Array.Resize(ref _bytes, room);
        return true;
    }

    private void LetGo()
    {
        lease.Return(_bytes.Length);
        _bytes = [];
        _length = 0;
    }
}
