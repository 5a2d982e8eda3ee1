using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Notifications;

namespace OnlineSafety.Monitoring.App.Hosting;

/// <summary>
/// Where an installation's master key comes from: the environment, a command, or a file. Beside the file may lie the one that was used before
/// (<c>FILE.previous</c>) and the one that will be (<c>FILE.next</c>), so that a change of the key needs no restart.
/// </summary>
/// <param name="Text">The environment's, if any.</param>
/// <param name="Command">A program and its arguments; empty: none.</param>
/// <param name="Given">The file was named in the settings, and is never made.</param>
/// <param name="PreviousFile">Instead of <c>FILE.previous</c>.</param>
internal sealed record MasterKeySource(string? Text, IReadOnlyList<string> Command, string File, bool Given, string? PreviousFile)
{
    public const string PreviousSuffix = ".previous";
    public const string NextSuffix = ".next";

    /// <summary>A command that asks somebody or waits for something is no key of a service.</summary>
    private static readonly TimeSpan CommandWithin = TimeSpan.FromSeconds(30);

    private const int LongestAnswer = 1000;

    /// <summary>In a file, which a change of the key may replace.</summary>
    public bool InFile => string.IsNullOrEmpty(Text) && Command.Count == 0;

    /// <summary>Whether there is one already.</summary>
    public bool HasKey => !InFile || Given || System.IO.File.Exists(File);

    /// <exception cref="MasterKeyException">There is none, or it cannot be used.</exception>
    public MasterKeys Open(bool mayMake) => new(() => Read(mayMake), Stamp);

    /// <summary>
    /// Puts a new key in the place of the file's, which goes to <c>FILE.previous</c>: first, so that at no moment a process on this host could miss one of them.
    /// </summary>
    /// <exception cref="MasterKeyException">A file cannot be written.</exception>
    public void Install(MasterKey key)
    {
        MasterKey.Read(File).Write(PreviousFile ?? File + PreviousSuffix);
        key.Write(File);
    }

    private List<MasterKey> Read(bool mayMake)
    {
        var keys = new List<MasterKey> { ReadCurrent(mayMake) };
        foreach (var beside in Beside.Where(System.IO.File.Exists))
        {
            if (MasterKey.Read(beside) is var key && !keys.Exists(known => known.Id == key.Id))
            {
                keys.Add(key);
            }
        }

        return keys;
    }

    private string[] Beside => [PreviousFile ?? File + PreviousSuffix, File + NextSuffix];

    private MasterKey ReadCurrent(bool mayMake)
    {
        if (!string.IsNullOrEmpty(Text))
        {
            return MasterKey.Parse(Text, MasterKey.EnvironmentVariable);
        }

        if (Command.Count > 0)
        {
            return Ask();
        }

        if (Given)
        {
            return MasterKey.Read(File);
        }

        return mayMake || System.IO.File.Exists(File)
            ? MasterKey.ReadOrCreate(File)
            : throw new MasterKeyException(
                $"There is no master key in {File}. Processes that share the work must all have the same one: what one seals, another opens. "
                + "Make it once with (umask 077; openssl rand -base64 32 > master.key) and give each of them --master-key-file.");
    }

    // What it answers is the key: no word of it goes into a message.
    private MasterKey Ask()
    {
        using var ended = new CancellationTokenSource(CommandWithin);
        ProgramAnswer answer;
        try
        {
            answer = Task.Run(() => OutsideProgram.RunAsync(Command, ReadOnlyMemory<byte>.Empty, LongestAnswer, ended.Token)).GetAwaiter().GetResult();
        }
        catch (Exception error) when (error is System.ComponentModel.Win32Exception or IOException or OperationCanceledException)
        {
            throw new MasterKeyException(
                $"The command of the setting MasterKey:Command ({Command[0]}) {(error is OperationCanceledException ? $"did not end within {CommandWithin.TotalSeconds:0} s" : "cannot be run, or says more than a key")}.", error);
        }

        return answer.ExitCode == 0
            ? MasterKey.Parse(answer.Output, $"the answer of {Command[0]}")
            : throw new MasterKeyException($"The command of the setting MasterKey:Command ({Command[0]}) ended with code {answer.ExitCode}.");
    }

    // Of the files alone: a command is asked again only when a row names a key that is not known.
    private string Stamp() => string.Join('|', (InFile ? [File, .. Beside] : Beside).Select(file => System.IO.File.GetLastWriteTimeUtc(file).Ticks));
}
