using System.Text;

namespace OnlineSafety.Monitoring.Retention;

/// <summary>What is stored about children in one school, opened and sealed again.</summary>
internal sealed class CaseContent
{
    /// <summary>Raw bytes of a record of which something was erased are replaced by what was read of the others in it.</summary>
    public const string KeptType = "application/vnd.onlinesafety.kept+json";

    public byte[] OpenDetail(byte[] stored) => stored;

    public byte[] SealDetail(byte[] plain) => plain;

    public byte[] OpenRaw(byte[] stored) => stored;

    public byte[] SealRaw(byte[] plain) => plain;

    public byte[] OpenReasons(byte[] stored) => stored;

    public byte[] SealReasons(byte[] plain) => plain;

    public byte[] OpenContext(byte[] stored) => stored;

    public byte[] SealContext(byte[] plain) => plain;

    public string OpenHold(byte[] stored) => Encoding.UTF8.GetString(stored);

    public byte[] SealHold(string plain) => Encoding.UTF8.GetBytes(plain);
}
