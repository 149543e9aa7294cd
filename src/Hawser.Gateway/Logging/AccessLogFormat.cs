using Hawser.Configuration.Model;
using Hawser.Configuration.Templates;
using Hawser.Gateway.Compilation;
using Hawser.Gateway.Exchange;
using Hawser.Gateway.Tunnels.HandOver;
using Hawser.Gateway.Variables;
using Hawser.IO.Buffers;

namespace Hawser.Gateway.Logging;

/// <summary>A <c>log_format</c> compiled: literal bytes and variables in turn.</summary>
internal sealed class AccessLogFormat
{
    private readonly Segment[] _segments;
    private readonly LogEscape _escape;

    private readonly record struct Segment(ByteSlice Literal, VariableModel? Variable);

    private enum PartKind : byte
    {
        Literal,
        Settled,
        Late,
        LateWithPrefix,
    }

    // Stands for any value that the record holds already.
    private static readonly VariableModel s_settled = new("", -1, static _ => throw new InvalidOperationException("The value is in the record."));

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

    /// <summary>Describes the format to another process: its literals, the places of values that are settled, and the names of late ones.</summary>
    public void Export(BinaryWriter writer)
    {
        writer.Write((byte)_escape);
        writer.Write7BitEncodedInt(_segments.Length);
        foreach (ref readonly Segment segment in _segments.AsSpan())
        {
            if (segment.Variable is not { } variable)
            {
                writer.Write((byte)PartKind.Literal);
                writer.WriteBytes(segment.Literal.Span);
            }
            else if (!variable.IsLate) writer.Write((byte)PartKind.Settled);
            else
            {
                writer.Write((byte)(variable.GetSettled is null ? PartKind.Late : PartKind.LateWithPrefix));
                writer.Write(variable.Name);
            }
        }
    }

    /// <summary>Builds what <see cref="Export"/> described. It can only complete lines, not begin them.</summary>
    /// <exception cref="InvalidDataException">A variable is unknown here, or is another one.</exception>
    public static AccessLogFormat Import(BinaryReader reader, VariableTable variables)
    {
        var escape = (LogEscape)reader.ReadByte();
        var segments = new Segment[reader.Read7BitEncodedInt()];
        for (int i = 0; i < segments.Length; i++)
        {
            var kind = (PartKind)reader.ReadByte();
            segments[i] = kind switch
            {
                PartKind.Literal => new Segment(new ByteSlice(reader.ReadBytes()), null),
                PartKind.Settled => new Segment(default, s_settled),
                _ => new Segment(default, LateVariable(reader.ReadString(), kind == PartKind.LateWithPrefix, variables)),
            };
        }
        return new AccessLogFormat(segments, escape);
    }

    private static VariableModel LateVariable(string name, bool hasPrefix, VariableTable variables)
    {
        try
        {
            VariableModel variable = variables.Use(name);
            if (variable.IsLate && variable.GetSettled is not null == hasPrefix) return variable;
        }
        catch (KeyNotFoundException)
        {
            // falls through: this version does not have it
        }
        throw new InvalidDataException($"the log's variable ${name} means something else in this version");
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
