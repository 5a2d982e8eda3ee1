using System.Globalization;

namespace OnlineSafety.Monitoring.Benchmarks.Machine;

/// <summary>Process times and memory from /proc.</summary>
internal static class ProcessTree
{
    private const double TicksPerSecond = 100;

    public static double CpuSeconds(int pid)
    {
        var fields = Stat(pid);
        return fields is null ? 0 : (Number(fields[11]) + Number(fields[12])) / TicksPerSecond;
    }

    /// <summary>The process, its living children, and those that it has reaped.</summary>
    public static double CpuSecondsOfTree(int root)
    {
        var fields = Stat(root);
        if (fields is null)
        {
            return 0;
        }

        var total = (Number(fields[11]) + Number(fields[12]) + Number(fields[13]) + Number(fields[14])) / TicksPerSecond;
        foreach (var directory in Directory.GetDirectories("/proc").Where(d => int.TryParse(Path.GetFileName(d), out _)))
        {
            var pid = int.Parse(Path.GetFileName(directory), CultureInfo.InvariantCulture);
            if (Stat(pid) is { } child && Number(child[1]) == root)
            {
                total += CpuSeconds(pid);
            }
        }

        return total;
    }

    /// <summary>A memory line of /proc/PID/status, in bytes.</summary>
    public static long Memory(int pid, string name)
    {
        var line = File.ReadLines($"/proc/{pid}/status").First(l => l.StartsWith(name + ":", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[^2].Split('\t')[^1], CultureInfo.InvariantCulture) * 1024;
    }

    /// <summary>CPU seconds that all processes of the machine have used.</summary>
    public static double CpuSecondsOfAll()
    {
        // user, nice, system, idle, iowait, irq, softirq
        var fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return (Number(fields[1]) + Number(fields[2]) + Number(fields[3]) + Number(fields[6]) + Number(fields[7])) / TicksPerSecond;
    }

    // Fields after the name, which may hold spaces: state, parent, ...
    private static string[]? Stat(int pid)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{pid}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
