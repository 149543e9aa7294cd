namespace Hawser.IO.Tls;

/// <summary>OpenSSL refused something while a context was set up. The message is in nginx's words, with the error queue behind it.</summary>
public sealed class TlsException(string message) : Exception(message);
