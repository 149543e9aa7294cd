using Hawser.Doctor.Texts;

namespace Hawser.Doctor.Probes;

internal static class ProbeRun
{
    public static Task<int> RunAsync(DoctorArguments arguments, DoctorOptions? configuration, TextCatalog texts, TextWriter output, CancellationToken cancellation)
    {
        return Task.FromResult(0);
    }
}
