namespace Hawser.Doctor.Tests.Live;

/// <summary>What the doctor said, and its exit code.</summary>
internal sealed record DoctorOutput(int ExitCode, string Text)
{
    public static async Task<DoctorOutput> OfAsync(DoctorArguments arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        int code = await DoctorRun.RunAsync(arguments with { Lang = arguments.Lang ?? "en", Timeout = arguments.Timeout ?? "30s" }, output, error, limit.Token);
        return new DoctorOutput(code, output.ToString() + error);
    }
}
