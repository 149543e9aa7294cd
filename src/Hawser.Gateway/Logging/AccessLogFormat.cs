using Hawser.Configuration.Model;
using Hawser.Configuration.Templates;
using Hawser.Gateway.Compilation;
using Hawser.Gateway.Exchange;
using Hawser.Gateway.Variables;
using Hawser.IO.Buffers;

namespace Hawser.Gateway.Logging;

/// <summary>A <c>log_format</c> compiled: literal bytes and variables in turn.</summary>
internal sealed class AccessLogFormat
{
    private readonly Segment[] _segments;
    private readonly LogEscape _escape;

    private readonly record struct Segment(ByteSlice Literal, VariableModel? Variable);

    private AccessLogFormat(Segment[] segments, LogEscape escape)
    {
        _segments = segments;
        _escape = escape;
    }

    public static AccessLogFormat From(LogFormatConfig config, ModelBuilder builder)
    {
        var segments = new Segment[config.Format.Parts.Length];
        for (int i = 0; i < segments.Length; i++)
        {
            segments[i] = config.Format.Parts[i] switch
            {
                LiteralPart literal => new Segment(ByteSlice.FromLatin1(literal.Value), null),
                VariablePart variable => new Segment(default, builder.Variables.Use(variable.Name)),
                { } other => throw new NotSupportedException($"A {other.GetType().Name} is no part of a log format."),
            };
        }
        return new AccessLogFormat(segments, config.Escape);
    }

    /// <summary>Writes the line of an exchange, with its end.</summary>
    public void Write(ref LogBuffer line, HttpExchange exchange)
    {
        foreach (ref readonly Segment segment in _segments.AsSpan())
        {
            if (segment.Variable is { } variable) LogEscaping.Write(ref line, exchange.GetVariable(variable), _escape);
            else line.Add(segment.Literal.Span);
        }
        line.Add((byte)'\n');
    }

    /// <summary>Writes the values that are settled already, escaped, each with its length in front; literals and late values are left out.</summary>
    public void Freeze(ref LogBuffer record, HttpExchange exchange)
    {
        foreach (ref readonly Segment segment in _segments.AsSpan())
        {
            if (segment.Variable is not { } variable) continue;
            if (!variable.IsLate) FrozenValue.Write(ref record, exchange.GetVariable(variable), _escape);
            else if (variable.GetSettled is { } settled) FrozenValue.Write(ref record, settled(exchange), LogEscape.None);
        }
    }

    /// <summary>Writes the line whose settled values are in <paramref name="record"/>, and takes them out of it.</summary>
    public void Complete(ref LogBuffer line, ref ReadOnlySpan<byte> record, HttpExchange exchange)
    {
        foreach (ref readonly Segment segment in _segments.AsSpan())
        {
            if (segment.Variable is not { } variable)
            {
                line.Add(segment.Literal.Span);
                continue;
            }
            if (!variable.IsLate || variable.GetSettled is not null) line.Add(FrozenValue.Read(ref record));
            if (variable.IsLate) LogEscaping.Write(ref line, exchange.GetVariable(variable), _escape);
        }
        line.Add((byte)'\n');
    }
}
