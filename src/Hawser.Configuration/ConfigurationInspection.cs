using System.Collections.Immutable;
using Hawser.Configuration.Diagnostics;
using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;

namespace Hawser.Configuration;

/// <summary>A configuration as a tool sees it: the text, what could be bound of it, and what nginx would object to.</summary>
/// <param name="Config">What could be bound, errors or not. Whatever an error concerns is missing in it or has its default.</param>
/// <param name="Diagnostics">All findings in the order in which nginx would have met them.</param>
/// <param name="Files">The distinct files read, the main file first. Empty if that could not be read.</param>
/// <param name="Directives">The main file's directives, those of included files below their <c>include</c>.</param>
/// <param name="Shape">For which block the main file is meant.</param>
public sealed record ConfigurationInspection(
    MainConfig Config, ImmutableArray<Diagnostic> Diagnostics, ImmutableArray<SourceFile> Files, ImmutableArray<DirectiveNode> Directives,
    ConfigurationShape Shape);
