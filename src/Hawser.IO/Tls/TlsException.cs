namespace Hawser.IO.Tls;

/// <summary>OpenSSL refused something while a context was set up. The message is in nginx's words, with the error queue behind it.</summary>
public class TlsException(string message) : Exception(message);

/// <summary>A key that does not belong to its certificate: one of the two may have been replaced a moment before.</summary>
public sealed class TlsMismatchException(string message) : TlsException(message);
