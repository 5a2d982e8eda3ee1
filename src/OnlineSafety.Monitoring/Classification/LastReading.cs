namespace OnlineSafety.Monitoring.Classification;

/// <summary>The text of a field that was last read in full, and what was found in it. Reusable scratch of one worker, not thread-safe.</summary>
internal sealed class LastReading
{
    /// <summary>Longer texts, in bytes, are read again.</summary>
    private const int Longest = 8 * 1024;

    private readonly List<Finding> _findings = [];
    private byte[] _bytes = [];
    private int _text = -1;
    private int _host;
    private RulesAsked _asked;

    /// <summary>What <see cref="FieldReader.Context"/> was.</summary>
    public int Context { get; private set; }

    public IReadOnlyList<Finding> Findings => _findings;

    public bool Is(RulesAsked asked, ReadOnlySpan<byte> text, ReadOnlySpan<byte> host) =>
        text.Length == _text && host.Length == _host && asked == _asked && text.SequenceEqual(_bytes.AsSpan(0, _text)) && host.SequenceEqual(_bytes.AsSpan(_text, _host));

    /// <summary>Takes the place of what was kept before; of <paramref name="findings"/> those from <paramref name="from"/> on are of this text.</summary>
    public void Keep(RulesAsked asked, ReadOnlySpan<byte> text, ReadOnlySpan<byte> host, int context, List<Finding> findings, int from)
    {
        _text = -1;
        if (text.Length + host.Length > Longest)
        {
            return;
        }

        if (_bytes.Length < text.Length + host.Length)
        {
            _bytes = new byte[Math.Max(text.Length + host.Length, 256)];
        }

        text.CopyTo(_bytes);
        host.CopyTo(_bytes.AsSpan(text.Length));
        (_asked, _text, _host, Context) = (asked, text.Length, host.Length, context);
        _findings.Clear();
        for (var i = from; i < findings.Count; i++)
        {
            _findings.Add(findings[i]);
        }
    }
}
