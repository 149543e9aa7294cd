namespace Hawser.Protocols.Http1;

/// <summary>One header line, as offsets into the message.</summary>
/// <param name="Name">The name as sent, case kept.</param>
/// <param name="Value">The value without the spaces around it; may be empty. Tabs are kept, as in nginx.</param>
/// <param name="Known">The name if a proxy needs to know it.</param>
/// <param name="Invalid">
/// The name holds a character outside <c>[A-Za-z0-9-]</c> (and <c>_</c> where <c>underscores_in_headers</c> is on). The
/// caller drops such a field when <c>ignore_invalid_headers</c> is on (nginx's default). Its <see cref="Known"/> is
/// always <see cref="KnownHeader.Unknown"/>.
/// </param>
public readonly record struct HeaderField(ByteRange Name, ByteRange Value, KnownHeader Known, bool Invalid);
