using System.Net;
using System.Net.Sockets;
using System.Text;
using Hawser.Gateway.Hosting;
using Hawser.Hosting;

namespace Hawser.Demo;

/// <summary>
/// <c>hawser</c> without arguments: the gateway with samples/quickstart/nginx.conf, the echo backend in the same process, and a page to
/// try them.
/// </summary>
internal static class DemoRun
{
    /// <summary>Runs the demo until it is stopped.</summary>
    /// <returns>The exit code.</returns>
    /// <param name="withTls">The gateway speaks TLS, with a certificate made for this machine.</param>
    public static int Run(DemoPorts ports, bool withTls, IGatewayFactory factory, TextWriter output)
    {
        if (ports.FindConflict() is { } conflict)
            return Refuse(conflict);

        try
        {
            using var folder = QuickStartFolder.Open();
            var certificate = withTls ? DemoCertificate.Open(TimeProvider.System) : null;
            return Run(ports, certificate, folder, factory, output);
        }
        catch (Exception e) when (e is IOException or SocketException or HttpListenerException or UnauthorizedAccessException)
        {
            return Refuse(e.Message);
        }
    }

    private static int Run(DemoPorts ports, DemoCertificate? certificate, QuickStartFolder folder, IGatewayFactory factory, TextWriter output)
    {
        // Blocking: everything that serves has threads of its own, and this one runs the gateway's life.
        var lab = Lab.Start(ports.Echo, QuickStartFolder.FindPitfalls(), factory);
        try
        {
            var control = LabControl.Start(lab, ports.Gateway);
            try
            {
                using var log = StartupLog.Open(null, MessageLevel.Notice, TimeProvider.System);
                return new GatewayProcess(Source(ports, certificate, folder, control), factory, log, ProcessPolicy.Foreground)
                {
                    Started = () => output.Write(Banner(ports, certificate, folder)),
                }.Run();
            }
            finally
            {
                control.DisposeAsync().AsTask().GetAwaiter().GetResult();
            }
        }
        finally
        {
            lab.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    private static ConfigurationSource Source(DemoPorts ports, DemoCertificate? certificate, QuickStartFolder folder, LabControl control) => new(new ConfigurationRequest
    {
        Path = folder.Configuration,
        Prefix = folder.Path + "/",
        FallbackIncludeDirectory = ConfigurationSource.ShippedFiles,
        Edit = bytes => Encoding.Latin1.GetBytes(control.Announce(Encoding.Latin1.GetString(ports.Apply(bytes, certificate).Span))),
    });

    private static string Banner(DemoPorts ports, DemoCertificate? certificate, QuickStartFolder folder) =>
        $"""
         Hawser is running.

           page           http{(certificate is null ? "" : "s")}://localhost:{ports.Gateway}/
           websocket      ws{(certificate is null ? "" : "s")}://localhost:{ports.Gateway}/websocket/
           backend        ws://127.0.0.1:{ports.Echo}/ (echo)
           configuration  {folder.Configuration}

         {Trust(certificate, ports.Gateway)}Ctrl+C stops it.

         """;

    private static string Trust(DemoCertificate? certificate, int port) => certificate is null ? "" : $"""
        The certificate was made for this machine, and nobody trusts it yet: browsers warn, and programs refuse it. To trust it:

           system         sudo cp {certificate.Certificate} /usr/local/share/ca-certificates/hawser-localhost.crt && sudo update-ca-certificates
           Chromium       mkdir -p $HOME/.pki/nssdb && certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n hawser-localhost -i {certificate.Certificate}
                          (certutil is in the package libnss3-tools)
           Firefox        Settings, Certificates, Authorities, Import: {certificate.Certificate}
           curl           curl --cacert {certificate.Certificate} https://localhost:{port}/


        """;

    private static int Refuse(string message)
    {
        ProcessServices.WriteError(Encoding.UTF8.GetBytes($"hawser: {message}\n"));
        return 1;
    }
}
