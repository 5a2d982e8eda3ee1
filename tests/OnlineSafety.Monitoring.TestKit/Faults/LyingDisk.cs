using System.Runtime.InteropServices;

namespace OnlineSafety.Monitoring.TestKit.Faults;

/// <summary>
/// A disk that says "written" and has not: in this process and all that it starts, fsync and fdatasync return at once and do nothing, by a filter in the
/// kernel (seccomp(2)). It is what <c>fsync = off</c> does, which the service would refuse.
/// </summary>
internal static unsafe partial class LyingDisk
{
    private const long SetFilter = 1;
    private const long AllThreads = 1;
    private const uint Allow = 0x7fff0000;
    private const uint NothingDone = 0x00050000; // An errno of 0: the call returns 0.

    // System call numbers: seccomp, fsync, fdatasync.
    private static readonly (long Seccomp, uint Fsync, uint Fdatasync) Calls =
        RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? (277L, 82u, 83u) : (317L, 74u, 75u);

    /// <summary>Needs root.</summary>
    public static void Begin()
    {
        const ushort load = 0x20, jumpIfEqual = 0x15, give = 0x06;
        ReadOnlySpan<Instruction> program =
        [
            new(load, 0, 0, 0),
            new(jumpIfEqual, 1, 0, Calls.Fsync),
            new(jumpIfEqual, 0, 1, Calls.Fdatasync),
            new(give, 0, 0, NothingDone),
            new(give, 0, 0, Allow),
        ];
        fixed (Instruction* first = program)
        {
            var filter = new Filter { Length = (ushort)program.Length, First = first };
            if (SystemCall(Calls.Seccomp, SetFilter, AllThreads, &filter) != 0)
            {
                throw new InvalidOperationException($"The kernel takes no filter: {Marshal.GetLastPInvokeErrorMessage()}.");
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial long SystemCall(long number, long operation, long flags, Filter* filter);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Instruction(ushort Code, byte IfTrue, byte IfFalse, uint Value);

    [StructLayout(LayoutKind.Sequential)]
    private struct Filter
    {
        public ushort Length;
        public Instruction* First;
    }
}
