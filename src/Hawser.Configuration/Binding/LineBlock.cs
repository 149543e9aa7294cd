using Hawser.Configuration.Directives;
using Hawser.Configuration.Syntax;

namespace Hawser.Configuration.Binding;

/// <summary>Blocks whose lines are data and not directives: <c>types</c>, <c>map</c>. Only <c>include</c> is a directive in them.</summary>
internal static class LineBlock
{
    /// <summary>Goes through the lines, those of included files in their places.</summary>
    public static void Read(BindContext context, IReadOnlyList<DirectiveNode> lines, Action<DirectiveNode> readLine)
    {
        foreach (DirectiveNode line in lines)
        {
            try
            {
                if (line.HasBlock)
                {
                    context.Session.Diagnostics.SuppressInside(line);
                    var brace = new SourceSpan(line.Span.File, line.Span.End - 1, 1);
                    throw context.For(line).Refuse(brace, "unexpected \"{\"", "is a \";\" missing before this line?");
                }
                if (line.Name == "include" && line.Arguments.Length == 1)
                {
                    foreach (IncludedFile file in line.Includes)
                        Read(context, file.Directives, readLine);
                }
                else
                {
                    readLine(line);
                }
            }
            catch (BindException refused)
            {
                context.Session.Diagnostics.Add(refused.Diagnostic);
            }
        }
    }
}
