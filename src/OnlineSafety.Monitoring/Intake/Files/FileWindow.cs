namespace OnlineSafety.Monitoring.Intake.Files;

/// <summary>The part of a file that is in memory: what was read and not yet taken. Grows only as far as its reader asks before taking.</summary>
internal sealed class FileWindow(Stream stream)
{
    private static readonly byte[] Bom = [0xEF, 0xBB, 0xBF];

    private byte[] _buffer = new byte[256 * 1024];
    private int _start;
    private int _end;
    private bool _begun;

    /// <summary>Everything was read; what is left is <see cref="Unread"/>.</summary>
    public bool AtEnd { get; private set; }

    public ReadOnlySpan<byte> Unread => _buffer.AsSpan(_start, _end - _start);

    public void Take(int bytes) => _start += bytes;

    /// <summary>Reads until at least <paramref name="bytes"/> are unread or the file is over. A byte order mark at the beginning is passed over.</summary>
    public async ValueTask FillAsync(int bytes, CancellationToken cancellationToken)
    {
        if (!_begun)
        {
            _begun = true;
            await FillAsync(Bom.Length, cancellationToken);
            _start += Unread.StartsWith(Bom) ? Bom.Length : 0;
        }

        while (!AtEnd && _end - _start < bytes)
        {
            MakeRoom();
            var read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
            _end += read;
            AtEnd = read == 0;
        }
    }

    private void MakeRoom()
    {
        if (_end < _buffer.Length)
        {
            return;
        }

        // Moving pays only when much was taken; else a long record would be moved again and again.
        if (_start > _buffer.Length / 2)
        {
            Unread.CopyTo(_buffer);
        }
        else
        {
            var larger = new byte[_buffer.Length * 2];
            Unread.CopyTo(larger);
            _buffer = larger;
        }

        _end -= _start;
        _start = 0;
    }
}
