namespace Hawser.Protocols.Dns;

/// <summary>Why a message from a name server is not taken for a reply. It is then as if it had not come.</summary>
public enum DnsReplyError : byte
{
    None,

    /// <summary>It ends before what it announces.</summary>
    Short,

    /// <summary>No reply to a standard query.</summary>
    NotAReply,

    /// <summary>Not exactly one question.</summary>
    QuestionCount,

    /// <summary>The name in the question is compressed.</summary>
    CompressedQuestion,

    /// <summary>The question asks for the root.</summary>
    EmptyName,

    /// <summary>A class other than IN.</summary>
    UnknownClass,

    /// <summary>A name that cannot be read: pointers in a circle, a reserved label type, a dot inside a label.</summary>
    InvalidName,

    /// <summary>An address of a wrong length, or of the family that was not asked for.</summary>
    InvalidRecord,

    /// <summary>No error, but neither an address nor another name.</summary>
    NothingUseful,
}

/// <summary>What a <see cref="DnsReplyError"/> is called in the log.</summary>
public static class DnsReplyErrors
{
    /// <summary>nginx's words where it has some.</summary>
    public static string LogText(this DnsReplyError error) => error switch
    {
        DnsReplyError.None => "",
        DnsReplyError.Short => "short DNS response",
        DnsReplyError.NotAReply => "invalid DNS response",
        DnsReplyError.QuestionCount => "invalid number of questions in DNS response",
        DnsReplyError.CompressedQuestion => "unexpected compression pointer in DNS response",
        DnsReplyError.EmptyName => "zero-length domain name in DNS response",
        DnsReplyError.UnknownClass => "unexpected RR class in DNS response",
        DnsReplyError.InvalidName => "invalid name in DNS response",
        DnsReplyError.InvalidRecord => "invalid record in DNS response",
        DnsReplyError.NothingUseful => "no A or CNAME types in DNS response",
        _ => throw new ArgumentOutOfRangeException(nameof(error)),
    };
}
